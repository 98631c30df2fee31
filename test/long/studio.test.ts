/**
 * The Studio in Chromium: trains to the bits of the command line, goes on after a reload, keeps to WCAG AA, tells its tour, and
 * loads nothing from elsewhere. Skipped with the reason where there is no Chromium.
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import * as z from 'zod';
import { ensureData } from '../../src/platform/node/data/store.ts';
import { couture, parseDocument } from '../command.ts';
import { servePages } from '../page/server.ts';
import {
  checkAccessible,
  openStudio,
  reached,
  result,
  startButton,
  trainToEnd,
  waitForData,
} from '../studio.ts';
import { startStudio } from '../studio-start.ts';

const { skip, folder, built, browser, open, commandLine } = await startStudio('studio');

/** Short runs: a small network, for these epochs. */
const setup = (epochs: number, hidden = 16): string => `#view=train&hidden=${hidden}&epochs=${epochs}`;

/** The slider above the first layer: each of two epochs has its weights, and the end has the last ones again. */
async function goesBackOverEpochs(page: Page): Promise<void> {
  const layer = page.getByRole('region', { name: 'First layer' });
  const pixels = async (epoch: number): Promise<string> => {
    await layer.getByRole('heading', { name: `First layer after epoch ${epoch}` }).waitFor();
    // The canvas is drawn after the heading has changed.
    await page.evaluate(async () => await new Promise((resolve) => setTimeout(resolve, 200)));
    return await layer.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  };
  const last = await pixels(2);
  const slider = layer.getByRole('slider', { name: 'Epoch whose first layer is shown' });
  await slider.press('Home');
  const first = await pixels(1);
  assert.equal(await slider.getAttribute('aria-valuetext'), 'epoch 1');
  assert.notEqual(first, last);
  await slider.press('End');
  assert.equal(await pixels(2), last);
}

describe('the Studio', { skip, timeout: 300_000 }, () => {
  test('answers before anything is trained, trains the baseline, and ends in the bits of the command line', async () => {
    const { page, faults, show } = await open({
      fragment: '#recipe=baseline&epochs=2',
    });
    await page.locator('.verdict').waitFor({ timeout: 60_000 });
    assert.equal(await page.locator('.verdict').textContent(), 'Ankle boot');
    assert.equal(await page.locator('.bars li').count(), 10);
    await waitForData(page);
    const { sha, command } = await trainToEnd(page);
    assert.equal(command, 'npx couture train --recipe baseline --epochs 2 --seed 1');
    assert.equal(sha, await commandLine(command));
    await page.locator('.figure svg[data-figure=curves]').waitFor();
    await goesBackOverEpochs(page);
    await show('Understand');
    await page.getByRole('button', { name: /^Evaluate baseline-seed1/ }).click();
    await page.locator('[data-cell="6 0"]').click();
    await page.getByRole('heading', { name: 'Shirt predicted as T-shirt/top' }).waitFor();
    // The exported run is one that the command line opens.
    await show('Runs');
    await page.getByRole('button', { name: /^baseline-seed1/ }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Run', exact: true }).click(),
    ]);
    const zip = join(folder, 'run.zip');
    await download.saveAs(zip);
    execFileSync('python3', ['-m', 'zipfile', '-e', zip, folder]);
    const outcome = await couture(['evaluate', join(folder, 'baseline-seed1'), '--json'], { cwd: folder });
    const { accuracy } = parseDocument(outcome, { accuracy: z.number() });
    const shown = await page.locator('.run-card h2').textContent();
    assert.match(shown ?? '', new RegExp(`Test accuracy ${(accuracy * 100).toFixed(2)}%`));
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('goes on after a reload in mid-training, and after a pause, to the bits of the command line', async () => {
    const expected = await commandLine('train --hidden 24 --epochs 12 --seed 1');
    const { page, faults, show } = await open({ fragment: setup(12, 24) });
    await waitForData(page);
    await startButton(page).click();
    await reached(page, 3);
    await page.reload();
    await page
      .getByRole('button', { name: 'Pause' })
      .and(page.locator(':enabled'))
      .waitFor({ timeout: 60_000 });
    // Before its first step, a run that goes on shows the last finished epoch, the second.
    const resumed = await page.locator('.transport dd').first().textContent();
    assert.ok(Number.parseInt(resumed ?? '', 10) >= 2, `it went on with epoch ${resumed}`);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await page.reload();
    // Train shows the run as it was left, and Runs goes on with it as well.
    await page.locator('.transport').getByRole('button', { name: 'Resume' }).waitFor();
    await page.getByText(/^Paused after \d+ epochs/).waitFor();
    await show('Runs');
    await page.getByRole('button', { name: /^custom-seed1/ }).click();
    await page
      .getByRole('region', { name: 'Run custom-seed1', exact: true })
      .getByRole('button', { name: 'Resume' })
      .click();
    // What takes a few seconds after the last epoch is told.
    await page.getByText(/^All epochs are trained/).waitFor({ timeout: 120_000 });
    assert.equal((await result(page)).sha, expected);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('every view keeps to WCAG AA, light and dark, wide and narrow', async () => {
    const { page, faults, show } = await open({ fragment: setup(2), viewport: { width: 1440, height: 900 } });
    await waitForData(page);
    await trainToEnd(page);
    for (const [width, colorScheme] of [
      [1440, 'light'],
      [390, 'dark'],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      // As a page that is opened so.
      await page.reload();
      await waitForData(page);
      const names = ['Data', 'Train', 'Understand', 'Runs', ...(width < 800 ? ['Model', 'Predict'] : [])];
      for (const name of names) {
        await show(name);
        if (name === 'Train') await page.locator('.result').waitFor();
        if (name === 'Understand') {
          await page.getByRole('button', { name: /^Evaluate/ }).click();
          await page.locator('[data-cell]').first().waitFor();
        }
        await checkAccessible(page, `${name}, ${width} px, ${colorScheme}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${name} is ${wide} px wider than ${width}`);
      }
    }
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('the tour trains both networks, step by step, and gives the setup back', async () => {
    const { page, faults } = await open({
      fragment: '#view=runs&hidden=8&epochs=3',
    });
    await waitForData(page);
    await page.getByRole('button', { name: 'Tour' }).click();
    const tour = page.getByRole('complementary', { name: 'Tour' });
    for (let step = 1; step <= 8; step++) {
      await tour.getByText(`Step ${step} of 8`).waitFor();
      if (step === 5) {
        const other = page.getByRole('spinbutton', { name: 'Test image' });
        await other.fill('17');
        await other.press('Enter');
      }
      await checkAccessible(page, `step ${step}`);
      // The button waits for what the step is about.
      await tour
        .getByRole('button', { name: step === 8 ? 'End' : 'Next', exact: true })
        .click({ timeout: 90_000 });
    }
    await tour.waitFor({ state: 'detached' });
    await page.waitForFunction(() => location.hash.startsWith('#view=runs&hidden=8'));
    assert.equal(await page.getByLabel('Epochs').inputValue(), '3');
    await page
      .locator('.run-list')
      .getByText(/^deeper-seed1/)
      .waitFor();
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('the static build works below a path of any host, without isolation: the same bits on one thread', async () => {
    const site = join(folder, 'site');
    const place = join(site, 'some/where');
    await mkdir(place, { recursive: true });
    await cp(built, place, { recursive: true });
    await mkdir(join(place, 'data/fashion-mnist'), { recursive: true });
    for (const { role, path } of await ensureData('fashion-mnist'))
      await writeFile(
        join(place, 'data/fashion-mnist', role),
        gzipSync(await readFile(path ?? ''), { level: 1 }),
      );
    const host = await servePages({ folder: site, isolated: false });
    try {
      const { page, faults, show } = await openStudio(browser(), `${host.url}some/where/`, {
        fragment: setup(1),
      });
      await waitForData(page);
      assert.equal(await page.evaluate(() => crossOriginIsolated), false);
      const { sha } = await trainToEnd(page);
      assert.equal(sha, await commandLine('train --hidden 16 --epochs 1 --seed 1'));
      // A host without a machine behind it has no studies, and is not asked for them.
      await show('Runs');
      await page.locator('.run-list').getByText('custom-seed1').waitFor();
      assert.equal(await page.getByRole('region', { name: 'Studies' }).count(), 0);
      assert.deepEqual([...faults, ...host.strays], []);
      await page.close();
    } finally {
      await host.close();
    }
  });
});
