/**
 * Runs in the Studio, in Chromium: run folders of the command line, deleted runs, a thousand runs, several tabs, and the views of
 * runs for everyone. Skipped with the reason where there is no Chromium.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { bin, couture } from '../command.ts';
import { checkAccessible, reached, result, runRow, startButton, trainToEnd, waitForData } from '../studio.ts';
import { barsZip } from '../studio-bars.ts';
import { copyRuns, filesIn, markRemoved, putRun } from '../studio-files.ts';
import { startStudio } from '../studio-start.ts';

const { skip, folder, url, browser, open, commandLine } = await startStudio('studio-runs');

/** Epochs done of a run in training. */
async function epochsOf(page: Page, name: string): Promise<number> {
  return Number(/in use, (\d+) of/.exec((await runRow(page, name).textContent()) ?? '')?.[1] ?? 0);
}

/** A training of the command line that goes on until it is stopped with Ctrl-C. */
function interruptedTraining(words: readonly string[]): { readonly stop: () => Promise<void> } {
  const child = spawn(process.execPath, [bin, 'train', '--hidden', '16', ...words], {
    cwd: folder,
    stdio: 'ignore',
  });
  return {
    async stop() {
      child.kill('SIGINT');
      await once(child, 'exit');
    },
  };
}

/** Every file below a folder with its digest. */
async function treeOf(place: string): Promise<string[]> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return await Promise.all(
    files.sort().map(async (path) => {
      const bytes = await readFile(path);
      return `${path} ${createHash('sha256').update(bytes).digest('hex')}`;
    }),
  );
}

let made: Promise<unknown> | undefined;

/** A run of the command line with two epochs, made once. */
async function shortRun(): Promise<string> {
  made ??= couture('train --hidden 16 --seed 1 --epochs 2 --name short'.split(' '), { cwd: folder });
  await made;
  return join(folder, 'runs/train/short');
}

describe('runs in the Studio', { skip, timeout: 300_000 }, () => {
  test('run folders of the command line: listed, live, questioned, copied and continued; never changed', async () => {
    const { weightsSha256 } = JSON.parse(await readFile(join(await shortRun(), 'metrics.json'), 'utf8'));
    const { page, faults, show } = await open({ fragment: '#view=runs' });
    await waitForData(page);
    await runRow(page, 'folder/short').click();
    await page.locator(`[data-sha="${weightsSha256}"]`).waitFor();
    await page.getByRole('button', { name: 'Understand', exact: true }).last().click();
    await page.getByRole('button', { name: /^Evaluate/ }).click();
    await page.locator('[data-cell]').first().waitFor();
    await show('Runs');
    // A run that is interrupted while the page watches it.
    const training = interruptedTraining(['--epochs', '400', '--name', 'live']);
    await page
      .getByRole('button', { name: /^folder\/live.*in use, [1-9]\d* of 400/ })
      .waitFor({ timeout: 60_000 });
    const first = await epochsOf(page, 'folder/live');
    await page.waitForFunction(
      ({ before }) => Number(/in use, (\d+) of 400/.exec(document.body.textContent ?? '')?.[1] ?? 0) > before,
      { before: first },
    );
    await training.stop();
    await page.getByRole('button', { name: /^folder\/live.*unfinished/ }).waitFor({ timeout: 20_000 });
    const before = await treeOf(join(folder, 'runs'));
    await runRow(page, 'folder/live').click();
    await page.getByRole('button', { name: 'Copy into this browser' }).click();
    await page.getByRole('region', { name: 'Run live', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause' }).and(page.locator(':enabled')).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    // The finished one, continued to more epochs, is the run that had so many from the start.
    await show('Runs');
    await runRow(page, 'folder/short').click();
    await page.getByRole('button', { name: 'Copy into this browser' }).click();
    await page.getByLabel('Epochs to train short to').fill('3');
    await page.getByRole('button', { name: 'Train on to 3 epochs' }).click();
    const { sha, command } = await result(page);
    assert.equal(command, 'npx couture train --hidden 16 --epochs 3 --seed 1');
    assert.equal(sha, await commandLine(command));
    assert.deepEqual(
      (await treeOf(join(folder, 'runs'))).filter((line) => /\/(short|live)\//.test(line)),
      before.filter((line) => /\/(short|live)\//.test(line)),
    );
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('the report of a run of a served folder has its figures; on images that are not here it says so', async () => {
    await shortRun();
    const zip = await barsZip(12);
    await writeFile(join(folder, 'bars.zip'), zip);
    const words = 'train --data bars.zip --hidden 8 --epochs 1 --name strange'.split(' ');
    assert.equal((await couture(words, { cwd: folder })).code, 0);
    const { page, faults } = await open({ fragment: '#view=understand&model=folder/short' });
    await waitForData(page);
    const report = page.getByRole('button', { name: 'Report', exact: true });
    const [download] = await Promise.all([
      page.waitForEvent('download', { timeout: 90_000 }),
      report.click(),
    ]);
    assert.equal(download.suggestedFilename(), 'short-report.html');
    const html = await readFile(await download.path(), 'utf8');
    const { testAccuracy, weightsSha256 } = JSON.parse(
      await readFile(join(folder, 'runs/train/short/metrics.json'), 'utf8'),
    );
    assert.match(html, new RegExp(`${(testAccuracy * 100).toFixed(2)}%`));
    assert.match(html, new RegExp(weightsSha256));
    for (const figure of ['curves', 'confusion', 'saliency'])
      assert.match(html, new RegExp(`data-figure="${figure}"`), figure);
    await page.goto(`${url()}#view=understand&model=folder/strange`);
    await page.waitForFunction(
      () => document.querySelector<HTMLSelectElement>('.predict select')?.value === 'run folder/strange',
    );
    await report.click();
    await page.getByText('The images bars are not in this browser.').waitFor();
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('a deleted run is brought back after a reload, deleted for good, and gone after 30 days', async () => {
    const { page, faults, show } = await open({ fragment: '#hidden=8&epochs=1' });
    await waitForData(page);
    await putRun(page, await shortRun(), ['custom-seed1', 'custom-seed1-2', 'custom-seed1-3']);
    await page.reload();
    await show('Runs');
    for (const name of ['custom-seed1', 'custom-seed1-2', 'custom-seed1-3']) {
      await runRow(page, name).click();
      await page.getByRole('button', { name: `Delete ${name}`, exact: true }).click();
      await runRow(page, name).waitFor({ state: 'detached' });
    }
    await page.reload();
    await page.getByText('Deleted runs (3)').click();
    await page.getByRole('button', { name: 'Bring back custom-seed1', exact: true }).click();
    await runRow(page, 'custom-seed1').waitFor();
    await page.getByRole('button', { name: 'Delete custom-seed1-2 for good', exact: true }).click();
    await page.getByRole('button', { name: 'Yes, delete custom-seed1-2 for good' }).click();
    await page.getByText('Deleted runs (1)').waitFor();
    assert.deepEqual(await filesIn(page, 'studio/runs/train'), ['custom-seed1', 'custom-seed1-3']);
    await markRemoved(page, 'custom-seed1-3', new Date(Date.now() - 31 * 86_400_000).toISOString());
    await page.reload();
    await runRow(page, 'custom-seed1').waitFor();
    await page.getByText(/^Deleted runs/).waitFor({ state: 'detached' });
    assert.deepEqual(await filesIn(page, 'studio/runs/train'), ['custom-seed1']);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('a list of a thousand runs opens, scrolls and filters quickly', async () => {
    const { page, faults, show } = await open({ fragment: '#hidden=8&epochs=1' });
    await waitForData(page);
    await putRun(page, await shortRun(), ['custom-seed1']);
    await copyRuns(page, 1000);
    await page.reload();
    await show('Runs');
    // The first time, every run is read.
    await page.getByText(/^1,00\d runs/).waitFor({ timeout: 60_000 });
    await page.waitForTimeout(500);
    await page.reload();
    const began = performance.now();
    await show('Runs');
    await page.getByText(/^1,00\d runs/).waitFor({ timeout: 30_000 });
    const opened = performance.now() - began;
    assert.ok((await page.locator('.run-list li').count()) < 60, 'only visible rows are in the page');
    const slowest = await page.evaluate(async () => {
      const scroller = document.querySelector('.view');
      let slowest = 0;
      for (let at = 0; at < 60_000; at += 3000) {
        const before = performance.now();
        scroller?.scrollTo(0, at);
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        slowest = Math.max(slowest, performance.now() - before);
      }
      return slowest;
    });
    const typed = performance.now();
    await page.getByLabel('Find runs by name').fill('run-0777');
    await page.getByText(/^1 of 1,00\d runs/).waitFor();
    const filtered = performance.now() - typed;
    console.log(
      `1,000 runs: ${opened.toFixed(0)} ms to open, ${slowest.toFixed(0)} ms for the slowest step of scrolling, ${filtered.toFixed(0)} ms to filter.`,
    );
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('training goes on in a hidden tab; another tab sees the run and does not overwrite it', async () => {
    const context = await browser().newContext();
    // What a browser does with a tab that is not seen: no frames.
    await context.addInitScript(() => {
      if (location.hash.includes('epochs=20')) {
        Reflect.set(window, 'requestAnimationFrame', () => 0);
        Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
      }
    });
    const fragment = '#view=train&hidden=16&epochs=20&batch-size=128';
    const { page, faults } = await open({ fragment }, context);
    await waitForData(page);
    await startButton(page).click();
    await reached(page, 2);
    const other = await open({ fragment: '#view=runs&hidden=16&epochs=2' }, context);
    await runRow(other.page, 'custom-seed1')
      .getByText(/in use/)
      .waitFor();
    await runRow(other.page, 'custom-seed1').click();
    assert.ok(
      await other.page.getByRole('button', { name: 'Delete custom-seed1', exact: true }).isDisabled(),
    );
    assert.equal(await other.page.getByRole('button', { name: 'Resume' }).count(), 0);
    // A duplicate of a tab that trains remembers its run as well: it does not train it, and does not complain.
    await other.page.evaluate(() => sessionStorage.setItem('couture-studio-run', 'custom-seed1'));
    await other.page.reload();
    await waitForData(other.page);
    await runRow(other.page, 'custom-seed1')
      .getByText(/in use/)
      .waitFor();
    assert.deepEqual(await other.page.getByRole('alert').allTextContents(), []);
    // A run of the same name in the other tab gets a name of its own.
    await waitForData(other.page);
    await startButton(other.page).click();
    await result(other.page);
    await other.page.getByText('custom-seed1-2').first().waitFor();
    const { sha, command } = await result(page);
    assert.equal(sha, await commandLine(command));
    await other.show('Runs');
    await runRow(other.page, 'custom-seed1').getByText('test').waitFor();
    assert.deepEqual([...faults, ...other.faults], []);
    await context.close();
  });

  test('views of runs keep to WCAG AA, light and dark, on a wide screen and on phones', async () => {
    const fragment = '#view=train&hidden=8&epochs=2';
    const { page, faults, show } = await open({ fragment, viewport: { width: 1280, height: 800 } });
    await waitForData(page);
    await trainToEnd(page);
    await putRun(page, await shortRun(), ['deleted', 'other']);
    await show('Runs');
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [390, 'dark'],
      [360, 'light'],
    ] as const) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      // As a page that is opened so.
      await page.reload();
      await show('Train');
      await page.locator('.result').waitFor();
      await checkAccessible(page, `Train, ${width}`);
      await show('Runs');
      if (width === 1280) {
        await runRow(page, 'deleted').click();
        await page.getByRole('button', { name: 'Delete deleted', exact: true }).click();
      }
      await page.getByText(/^Deleted runs/).click();
      await page.getByText(/^Storage/).click();
      await runRow(page, 'other').click();
      await page.locator('svg[data-figure=curves]').waitFor();
      await checkAccessible(page, `Runs, ${width}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `Runs is ${wide} px wider than ${width}`);
      await runRow(page, 'other').click();
    }
    assert.deepEqual(faults, []);
    await page.close();
  });
});
