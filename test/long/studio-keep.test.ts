/**
 * What the Studio keeps of a person, in Chromium: imported images, also where they are lost behind the page's back or come while
 * others are loading or trained on, and runs where the browser has no room. Skipped with the reason where there is no Chromium.
 */

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { reached, result, runRow, startButton, trainToEnd, waitForData } from '../studio.ts';
import { barsZip, importBars } from '../studio-bars.ts';
import { filesIn, removeFile } from '../studio-files.ts';
import { startStudio } from '../studio-start.ts';

const { skip, folder, url, open, commandLine } = await startStudio('studio-keep');

/** Images of two classes, which are also in bars.zip for the command line. */
const zip = await barsZip(40);
await writeFile(join(folder, 'bars.zip'), zip);

describe('the Studio keeps', { skip, timeout: 300_000 }, () => {
  test('imported images are kept: a run on them goes on after a reload in mid-training', async () => {
    const { page, faults, show } = await open({
      fragment: '#view=data&hidden=16&epochs=60&batch-size=1',
    });
    await waitForData(page);
    await importBars(page, zip);
    await startButton(page).click();
    await reached(page, 2);
    await page.reload();
    await page
      .getByRole('button', { name: 'Pause' })
      .and(page.locator(':enabled'))
      .waitFor({ timeout: 60_000 });
    const { sha, command } = await result(page);
    assert.equal(
      sha,
      await commandLine(command.replace('--data bars', `--data ${join(folder, 'bars.zip')}`)),
    );
    // Fashion-MNIST again, and back.
    await show('Runs');
    await page.getByText(/^Storage/).click();
    await page.getByRole('button', { name: 'Use fashion-mnist' }).click();
    await page.locator('.now').getByText('fashion-mnist').waitFor();
    await page.getByRole('button', { name: 'Use bars' }).click();
    await page.locator('.now').getByText('bars').waitFor();
    await page.getByRole('button', { name: 'Delete the images bars for good' }).click();
    await page.getByRole('button', { name: 'Yes, delete the images bars for good' }).click();
    await page.getByRole('button', { name: 'Use bars' }).waitFor({ state: 'detached' });
    assert.deepEqual(await filesIn(page, 'studio/sets'), []);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('images that are imported while Fashion-MNIST loads, or is trained on, are the ones at hand; nothing is mixed', async () => {
    const { page, faults, show } = await open({ fragment: '#view=data&hidden=16&epochs=4' });
    // From the start: with a worker that computes, a page does not take on a route.
    let host: Promise<void> | undefined;
    await page.route('**/fashion-mnist/train-images', async (route) => {
      await host;
      await route.continue();
    });
    await waitForData(page);
    await startButton(page).click();
    await reached(page, 2);
    // In training on Fashion-MNIST, which stays in memory until the run has ended.
    await show('Data');
    await importBars(page, zip);
    await page.getByRole('button', { name: /^top \d/ }).waitFor();
    const { sha, command } = await (async () => {
      await show('Train');
      return await result(page);
    })();
    assert.equal(sha, await commandLine(command));
    assert.equal(await page.locator('.now').textContent(), 'bars · custom-seed1');
    // The finished network is of other images: that is said, and nothing is called by a wrong name.
    await show('Understand');
    await page.getByRole('button', { name: /^Evaluate custom-seed1/ }).click();
    await page
      .locator('.stage [role=alert]')
      .getByText(/^custom-seed1 predicts other classes/)
      .waitFor();
    // After a reload the own images are there; those of the host come late, and change nothing.
    const held = Promise.withResolvers<void>();
    host = held.promise;
    await page.reload();
    await page.locator('.now').getByText('bars').waitFor();
    await show('Runs');
    await page.getByText(/^Storage/).click();
    await page.getByRole('button', { name: 'Use fashion-mnist' }).click();
    await show('Data');
    await importBars(page, await barsZip(12), 'later');
    held.resolve();
    await page.waitForTimeout(2000);
    assert.match((await page.locator('.now').textContent()) ?? '', /^later/);
    await page.getByRole('button', { name: /^low \d/ }).waitFor();
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('kept images that are lost or damaged behind the page are said, and importing them again mends them', async () => {
    const { page, faults, show } = await open({ fragment: '#view=data&hidden=8&epochs=2&batch-size=8' });
    await waitForData(page);
    await importBars(page, zip);
    const { sha } = await trainToEnd(page);
    const [digest] = await filesIn(page, 'studio/sets');
    await removeFile(page, `studio/sets/${digest}`);
    // The list of the open page is older than that.
    await show('Runs');
    await page.getByText(/^Storage/).click();
    await page.getByRole('button', { name: 'Use fashion-mnist' }).click();
    await page.locator('.now').getByText('fashion-mnist').waitFor();
    await page.getByRole('button', { name: 'Use bars' }).waitFor({ state: 'detached' });
    // A page that begins with them begins with those of the host, and says why.
    await page.evaluate((lost) => localStorage.setItem('couture-studio-set', lost), `${digest} bars`);
    await page.reload();
    await waitForData(page);
    await page.locator('.now').getByText('fashion-mnist').waitFor();
    await show('Data');
    await page.getByText('The images bars are not in this browser.').waitFor();
    // The run on them cannot go on, and says what is missing.
    await show('Runs');
    await runRow(page, 'bars-seed1').click();
    await page.getByRole('button', { name: 'Train on to 4 epochs' }).click();
    await page.getByText('The images bars are not in this browser.').waitFor();
    await show('Data');
    await importBars(page, zip);
    assert.deepEqual(await filesIn(page, 'studio/sets'), [digest]);
    // One of their files is lost: the others are of no use, and importing writes all of them again.
    await removeFile(page, `studio/sets/${digest}/train.images`);
    await page.reload();
    await waitForData(page);
    await show('Data');
    await page.getByText('The kept images of bars are damaged: train.images.').waitFor();
    await importBars(page, zip);
    await page.reload();
    await page.locator('.now').getByText('bars').waitFor();
    await waitForData(page);
    assert.equal((await trainToEnd(page)).sha, sha);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('a run that does not fit is refused before it starts; where room runs out, training waits for it', async () => {
    const { page, faults, show } = await open({
      fragment: '#view=train&hidden=64&epochs=6&batch-size=256',
    });
    await waitForData(page);
    const session = await page.context().newCDPSession(page);
    const setQuota = async (quotaSize?: number): Promise<void> => {
      const origin = new URL(url()).origin;
      await session.send(
        'Storage.overrideQuotaForOrigin',
        quotaSize === undefined ? { origin } : { origin, quotaSize },
      );
    };
    await setQuota(100_000);
    await startButton(page).click();
    await page
      .getByText("This run needs 2.6 MB of this browser's storage, but less is left for this page.")
      .waitFor();
    await setQuota();
    await startButton(page).click();
    await reached(page, 2);
    await setQuota(1);
    await page.getByText('The browser has no room left for this page').waitFor({ timeout: 30_000 });
    await page.waitForTimeout(1500);
    await setQuota();
    const { sha, command } = await result(page);
    assert.equal(sha, await commandLine(command));
    assert.equal(await page.getByText('The browser has no room left').count(), 0);
    // A person may also stop: the run stays at its last stored epoch, and can be resumed.
    await startButton(page).click();
    await reached(page, 2);
    await setQuota(1);
    await page.getByRole('button', { name: 'Stop at the last stored epoch' }).click({ timeout: 30_000 });
    await page.getByText('The browser had no room for the last epochs of this run.').waitFor();
    await setQuota();
    await show('Runs');
    await runRow(page, 'custom-seed1-2').click();
    await page.getByRole('button', { name: 'Resume' }).click();
    assert.equal((await result(page)).sha, sha);
    assert.deepEqual(faults, []);
    await page.close();
  });
});
