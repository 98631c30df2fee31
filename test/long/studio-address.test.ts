/**
 * The address of the Studio, in Chromium: what is open in Runs and Understand is in it, Back and Forward go from one place to
 * another, a reload shows the same, and a link opens what is in the served folder. Skipped with the reason where there is no
 * Chromium.
 */

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { formatSealed } from '../../src/runs/json.ts';
import { couture } from '../command.ts';
import { runRow, trainToEnd, waitForData } from '../studio.ts';
import { putRun } from '../studio-files.ts';
import { startStudio } from '../studio-start.ts';
import { studyOf } from '../study-fixture.ts';

const { skip, folder, open, url } = await startStudio('studio-address');

/** Waits until the address has these parts, and no others besides the setup. */
async function addressIs(page: Page, parts: string): Promise<void> {
  await page.waitForFunction((wanted) => {
    const shown = location.hash
      .slice(1)
      .split('&')
      .filter((part) => /^(view|part|run|study|compare|model|image)=/.test(part));
    return shown.join('&') === wanted;
  }, parts);
}

const runCard = (page: Page, name: string) => page.getByRole('region', { name: `Run ${name}`, exact: true });
const studyCard = (page: Page, name: string) =>
  page.getByRole('region', { name: `Study ${name}`, exact: true });

/** A run and a study of the command line. */
async function makeServed(): Promise<void> {
  const words = 'train --hidden 16 --epochs 1 --seed 1 --name short'.split(' ');
  assert.equal((await couture(words, { cwd: folder })).code, 0);
  await mkdir(join(folder, 'runs/tune/widths'), { recursive: true });
  await writeFile(join(folder, 'runs/tune/widths/study.json'), await formatSealed(studyOf([])));
}

before(async () => {
  if (skip === false) await makeServed();
});

describe('the address of the Studio', { skip, timeout: 200_000 }, () => {
  test('Back and Forward go from place to place, and a reload stays; the setup is not taken back', async () => {
    const { page, faults, show } = await open({ fragment: '#view=train&hidden=8&epochs=2' });
    await waitForData(page);
    await show('Runs');
    await page.getByRole('button', { name: /^widths/ }).waitFor();
    await runRow(page, 'folder/short').click();
    await runCard(page, 'folder/short').waitFor();
    await addressIs(page, 'view=runs&run=folder/short');
    await page.getByRole('button', { name: /^widths/ }).click();
    await studyCard(page, 'widths').waitFor();
    await addressIs(page, 'view=runs&study=widths');
    assert.equal(await page.title(), 'study widths · Runs · Couture Studio');
    await page.getByLabel('Epochs').fill('3');
    await page.getByLabel('Epochs').press('Tab');
    await page.waitForFunction(() => location.hash.includes('epochs=3'));
    await page.reload();
    await studyCard(page, 'widths').waitFor();
    await page.goBack();
    await runCard(page, 'folder/short').waitFor();
    assert.equal(await studyCard(page, 'widths').count(), 0);
    // The row that the study was opened from has the focus again.
    await page.locator('#study-widths:focus').waitFor();
    await page.goBack();
    await runCard(page, 'folder/short').waitFor({ state: 'detached' });
    await addressIs(page, 'view=runs');
    await page.goBack();
    await page.getByRole('region', { name: 'Train', exact: true }).waitFor();
    assert.equal(await page.getByLabel('Epochs').inputValue(), '3');
    await page.waitForFunction(() => location.hash.includes('epochs=3'));
    for (const _ of [1, 2, 3]) await page.goForward();
    await studyCard(page, 'widths').waitFor();
    await addressIs(page, 'view=runs&study=widths');
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('a link opens a served run, its evaluation and a study; what is not there is said', async () => {
    const { page, faults } = await open({ fragment: '#view=runs&run=folder/short&compare=folder/short' });
    await runCard(page, 'folder/short').locator('[data-sha]').waitFor();
    await page.locator('svg[data-figure=curves]').waitFor();
    const box = page.getByRole('checkbox', { name: 'Compare the curves of folder/short' });
    assert.ok(await box.isChecked());
    // A link in the address bar: the page stays, and its setup is the one of the link.
    const go = async (fragment: string) => await page.goto(`${url()}${fragment}`);
    await go('#view=understand&part=tests&model=folder/short&image=17&epochs=4');
    await page.getByText(/test images by folder\/short; 95% interval/).waitFor({ timeout: 60_000 });
    assert.equal(await page.getByLabel('Epochs').inputValue(), '4');
    assert.equal(await page.getByRole('spinbutton', { name: 'Test image' }).inputValue(), '17');
    assert.equal(await page.getByRole('combobox', { name: 'Model' }).inputValue(), 'run folder/short');
    await addressIs(page, 'view=understand&part=tests&model=folder/short&image=17');
    await page.reload();
    await page.getByText(/test images by folder\/short; 95% interval/).waitFor({ timeout: 60_000 });
    await go('#view=runs&study=widths');
    await studyCard(page, 'widths').waitFor();
    await go('#view=runs&run=nobody&study=nothing');
    await page
      .getByText('The address asks for the run nobody, the study nothing, which are not here.')
      .waitFor();
    await addressIs(page, 'view=runs');
    await go('#view=understand&model=folder/gone');
    await page.getByText('The address asks for the run folder/gone, which is not here.').waitFor();
    await addressIs(page, 'view=understand&model=folder/short&image=17');
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('a reload shows the last run with its result, the epoch of its slider and its network', async () => {
    const { page, faults, show } = await open({ fragment: '#view=train&hidden=16&epochs=4' });
    await waitForData(page);
    const { sha } = await trainToEnd(page);
    const layer = page.getByRole('region', { name: 'First layer' });
    const heading = (epoch: number) =>
      layer.getByRole('heading', { name: `First layer after epoch ${epoch}` });
    const pixels = async (): Promise<string> => {
      await page.evaluate(async () => await new Promise((resolve) => setTimeout(resolve, 200)));
      return await layer.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    };
    const slider = layer.getByRole('slider', { name: 'Epoch whose first layer is shown' });
    await heading(4).waitFor();
    await slider.press('Home');
    await slider.press('ArrowRight');
    await heading(2).waitFor();
    const second = await pixels();
    await page.reload();
    await heading(2).waitFor();
    assert.equal(await pixels(), second);
    assert.equal(await page.locator('.result [data-sha]').textContent(), sha);
    await page.locator('svg[data-figure=curves]').waitFor();
    assert.equal(await page.getByRole('combobox', { name: 'Model' }).inputValue(), 'run custom-seed1');
    await slider.press('End');
    await heading(4).waitFor();
    await page.reload();
    await heading(4).waitFor();
    // A run that is deleted for good is not shown again, and leaves no files.
    await show('Runs');
    await runRow(page, 'custom-seed1').click();
    await page.getByRole('button', { name: 'Delete custom-seed1', exact: true }).click();
    await page.getByText('Deleted runs (1)').click();
    await page.getByRole('button', { name: 'Delete custom-seed1 for good', exact: true }).click();
    await page.getByRole('button', { name: 'Yes, delete custom-seed1 for good' }).click();
    await page.getByText(/^Deleted runs/).waitFor({ state: 'detached' });
    await page.reload();
    await show('Train');
    await waitForData(page);
    await page.getByRole('heading', { name: 'No run yet' }).waitFor();
    const left = await page.evaluate(async () => {
      const studio = await (await navigator.storage.getDirectory()).getDirectoryHandle('studio');
      const names: string[] = [];
      for await (const name of (await studio.getDirectoryHandle('first-layer')).keys()) names.push(name);
      return names;
    });
    assert.deepEqual(left, []);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('a run far down in the list opens in view, and closing it goes back to its row', async () => {
    const { page, faults } = await open({ fragment: '#view=runs', viewport: { width: 1280, height: 600 } });
    await waitForData(page);
    const names = Array.from({ length: 20 }, (_, i) => `run-${String(i).padStart(2, '0')}`);
    await putRun(page, join(folder, 'runs/train/short'), names);
    await page.reload();
    await page.getByText(/^21 runs/).waitFor();
    const view = page.locator('.view');
    await view.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    const last = page.locator('.run-list li[aria-posinset="21"] button');
    const name = (await last.locator('strong').first().textContent()) ?? '';
    const before = await view.evaluate(({ scrollTop }) => scrollTop);
    assert.ok(before > 300);
    await last.press('Enter');
    const heading = runCard(page, name).getByRole('heading').first();
    await heading.and(page.locator(':focus')).waitFor();
    assert.equal(await view.evaluate(({ scrollTop }) => scrollTop), 0);
    await page.goBack();
    await last.and(page.locator(':focus')).waitFor();
    assert.ok(Math.abs((await view.evaluate(({ scrollTop }) => scrollTop)) - before) < 5);
    assert.deepEqual(faults, []);
    await page.close();
  });
});
