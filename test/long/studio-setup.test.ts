/**
 * How a run is set up and steered in the Studio, in Chromium: changes undone, what is wrong, the learning rate in training, and a
 * run that diverges. Skipped with the reason where there is no Chromium.
 */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkAccessible, reached, result, startButton, waitForData } from '../studio.ts';
import { startStudio } from '../studio-start.ts';

const { skip, open, commandLine } = await startStudio('studio-setup');

describe('the setup in the Studio', { skip, timeout: 300_000 }, () => {
  test('a learning rate that is changed by hand: the printed command trains the same weights', async () => {
    const { page, faults } = await open({
      fragment: '#view=train&hidden=16&epochs=24&batch-size=128',
    });
    await waitForData(page);
    await startButton(page).click();
    await reached(page, 2);
    const rate = page.getByRole('region', { name: 'Learning rate' });
    await rate.getByRole('textbox').fill('1000');
    await rate.getByRole('button', { name: 'Change', exact: true }).click();
    await rate
      .getByRole('alert')
      .getByText(/at most 100/)
      .waitFor();
    await rate.getByRole('textbox').fill('0.0005');
    await rate.getByRole('button', { name: 'Change', exact: true }).click();
    await rate.getByText(/Changed: 0\.0005 from epoch \d+ on/).waitFor();
    const { sha, command } = await result(page);
    assert.match(
      command,
      /^npx couture train --hidden 16 --epochs 24 --batch-size 128 --rate-changes \d+:0\.0005 --seed 1$/,
    );
    assert.equal(sha, await commandLine(command));
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('the setup: undone, redone, dragged, explained where it is wrong, and timed on this device', async () => {
    const { page, faults } = await open({
      fragment: '#view=train&hidden=64,32,16&epochs=2&hide=runs,tour,shift,nonsense',
    });
    await waitForData(page);
    const layers = async (): Promise<string> =>
      (
        await page.getByLabel(/^Units of/).evaluateAll((all) => all.map((one) => Reflect.get(one, 'value')))
      ).join();
    await page.getByText(/On this device about [\d.]+ s an epoch/).waitFor();
    const [first, , last] = await Promise.all(
      (await page.locator('.grip').all()).map(async (grip) => await grip.boundingBox()),
    );
    assert.ok(first && last);
    await page.mouse.move(first.x + 8, first.y + 8);
    await page.mouse.down();
    await page.mouse.move(last.x + 8, last.y + 8, { steps: 5 });
    await page.mouse.up();
    assert.equal(await layers(), '32,16,64');
    await page.getByLabel('Move layer 1 down').click();
    assert.equal(await layers(), '16,32,64');
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    assert.equal(await layers(), '64,32,16');
    await page.getByLabel('Redo the change').click();
    assert.equal(await layers(), '32,16,64');
    const dropout = page.getByLabel('Dropout of hidden layer 2');
    await dropout.fill('7');
    await dropout.press('Tab');
    assert.equal(await dropout.getAttribute('aria-invalid'), 'true');
    await page
      .locator('#layers-problem')
      .getByText(/dropout\[1\] must be below 1/)
      .waitFor();
    // What a teacher hides, and what cannot be hidden.
    assert.equal(await page.getByRole('button', { name: 'Runs' }).count(), 0);
    assert.equal(await page.getByRole('button', { name: 'Tour' }).count(), 0);
    assert.equal(await page.getByLabel('Shift').count(), 0);
    await page.getByText('hide=nonsense').waitFor();
    await page.waitForFunction(() => location.hash.includes('hide=runs,tour,shift&'));
    await checkAccessible(page, 'a setup that is wrong');
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('a run that diverges is told in words, with a way on', async () => {
    const { page, faults } = await open({
      fragment: '#view=train&hidden=16&epochs=1&optimizer=sgd&learning-rate=100',
    });
    await waitForData(page);
    await startButton(page).click();
    await page.getByText(/^Training diverged in epoch 1: .*nothing was saved yet/).waitFor();
    assert.doesNotMatch((await page.locator('.view').textContent()) ?? '', /--|npx|runs\/train/);
    await page.getByRole('button', { name: 'Train again with learning rate 10' }).click();
    await page.waitForFunction(() => location.hash.includes('learning-rate=10'));
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('restores a shared address, explains what is invalid, and names what it does not know', async () => {
    const address = '#view=data&recipe=deeper&epochs=7&learning-rate=0.002&shift=2&nonsense=1';
    const { page, show } = await open({ fragment: address });
    assert.equal(await page.getByLabel('Epochs').inputValue(), '7');
    assert.equal(await page.getByLabel('Learning rate').inputValue(), '0.002');
    assert.equal(await page.getByLabel('Shift').inputValue(), '2');
    assert.equal(await page.getByRole('button', { name: 'deeper' }).getAttribute('aria-pressed'), 'true');
    await page.getByText('nonsense=1').waitFor();
    await page.getByLabel('Epochs').fill('many');
    await page.getByLabel('Epochs').press('Tab');
    await page.locator('#setting-epochs[aria-invalid=true]').waitFor();
    assert.match((await page.locator('#setting-epochs-problem').textContent()) ?? '', /epochs/);
    assert.ok(await startButton(page).isDisabled());
    await page.getByLabel('Epochs').fill('3');
    await page.getByLabel('Epochs').press('Tab');
    await page.waitForFunction(() => location.hash.includes('epochs=3'));
    await page.getByRole('button', { name: 'Add a layer' }).click();
    await page.waitForFunction(() => /hidden=\d+(,\d+)+/.test(location.hash));
    await show('Train');
    await page.close();
  });
});
