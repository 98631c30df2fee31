/**
 * What the Studio keeps and how a run is steered, in Chromium: a learning rate changed by hand, run folders of the command
 * line, deleted runs, imported images, a full quota, a thousand runs, undo, and several tabs. Skipped with the reason where
 * there is no Chromium.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { downloadZip } from 'client-zip';
import { encode } from 'fast-png';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import * as z from 'zod';
import { type ServedStudio, serveStudio } from '../../src/serve/studio.ts';
import { couture, parseDocument } from '../command.ts';
import { findChromium, root } from '../matrix/runtimes.ts';
import {
  buildStudio,
  checkAccessible,
  openStudio,
  result,
  startButton,
  trainToEnd,
  waitForData,
} from '../studio.ts';

const found = await findChromium();
const skip = 'missing' in found ? found.missing : false;
const folder = await mkdtemp(join(tmpdir(), 'couture-studio-keep-'));
const built = join(folder, 'page');
let browser: Browser;
let served: ServedStudio;

before(async () => {
  if (!('path' in found)) return;
  await buildStudio(built);
  served = await serveStudio({ port: 0, folder: built, runs: join(folder, 'runs/train') });
  browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
});
after(async () => {
  await browser?.close();
  await served?.close();
  await rm(folder, { recursive: true, force: true });
});

/** The SHA-256 of the weights that the command line trains with the words of a printed command. */
async function commandLine(command: string): Promise<string> {
  const words = command.replace('npx couture ', '').split(' ');
  const outcome = await couture([...words, '--json'], { cwd: folder });
  return parseDocument(outcome, { weightsSha256: z.string() }).weightsSha256;
}

/** Waits until training has reached an epoch. */
async function reached(page: Page, epoch: number): Promise<void> {
  await page.waitForFunction(
    (least) => Number.parseInt(document.querySelector('.transport dd')?.textContent ?? '', 10) >= least,
    epoch,
    // A hidden page has no frames.
    { timeout: 60_000, polling: 200 },
  );
}

/** A run of the list. */
function row(page: Page, name: string): Locator {
  return page.locator('.run-list').getByRole('button', { name: new RegExp(`^${name}(?![-\\w])`) });
}

/** Epochs done of a run in training. */
async function epochsOf(page: Page, name: string): Promise<number> {
  return Number(/in use, (\d+) of/.exec((await row(page, name).textContent()) ?? '')?.[1] ?? 0);
}

/** A training of the command line that goes on until it is stopped with Ctrl-C. */
function interruptedTraining(words: readonly string[]): { readonly stop: () => Promise<void> } {
  const bin = join(root, 'packages/couture/bin/couture.js');
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

/** Names in a folder of the page's private files. */
async function filesIn(page: Page, path: string): Promise<string[]> {
  return await page.evaluate(async (names) => {
    let place = await navigator.storage.getDirectory();
    for (const name of names) place = await place.getDirectoryHandle(name);
    const found: string[] = [];
    for await (const name of place.keys()) found.push(name);
    return found.sort();
  }, path.split('/'));
}

/** Writes when a run was deleted. */
async function markRemoved(page: Page, name: string, when: string): Promise<void> {
  await page.evaluate(
    async ([run, text]) => {
      let place = await navigator.storage.getDirectory();
      for (const part of ['studio', 'runs', 'train', run]) place = await place.getDirectoryHandle(part);
      const file = await place.getFileHandle('studio-removed.json');
      const stream = await file.createWritable();
      await stream.write(text);
      await stream.close();
      // The list of runs is made again from the runs.
      const studio = await (await navigator.storage.getDirectory()).getDirectoryHandle('studio');
      await studio.removeEntry('list.json');
    },
    [name, when],
  );
}

/** Copies of the only run, under the names run-0001 and so on, until there are so many. */
async function copyRuns(page: Page, all: number): Promise<void> {
  await page.evaluate(async (count) => {
    let root = await navigator.storage.getDirectory();
    for (const part of ['studio', 'runs', 'train']) root = await root.getDirectoryHandle(part);
    const files: [string[], ArrayBuffer][] = [];
    const read = async (folder: FileSystemDirectoryHandle, path: string[]): Promise<void> => {
      // The list does not read weights, and copying them takes long.
      for await (const [name, handle] of folder.entries())
        if (['weights', 'checkpoint'].includes(name)) continue;
        else if (handle.kind === 'directory')
          await read(handle as FileSystemDirectoryHandle, [...path, name]);
        else
          files.push([
            [...path, name],
            await (await (handle as FileSystemFileHandle).getFile()).arrayBuffer(),
          ]);
    };
    for await (const handle of root.values()) await read(handle as FileSystemDirectoryHandle, []);
    for (let n = 1; n < count; n++) {
      const run = await root.getDirectoryHandle(`run-${String(n).padStart(4, '0')}`, { create: true });
      await Promise.all(
        files.map(async ([path, bytes]) => {
          let place = run;
          for (const name of path.slice(0, -1))
            place = await place.getDirectoryHandle(name, { create: true });
          const file = await place.getFileHandle(path[path.length - 1], { create: true });
          const stream = await file.createWritable();
          await stream.write(bytes);
          await stream.close();
        }),
      );
    }
  }, all);
}

/** Imports images of two classes, which are also in bars.zip for the command line. */
async function importBars(page: Page): Promise<void> {
  const files = ['top', 'low'].flatMap((name, place) =>
    Array.from({ length: 40 }, (_, i) => {
      const data = new Uint8Array(28 * 28).map((_, at) => Math.imul(at + i, 0x9e3779b1) >>> 26);
      data.fill(220, (3 + 17 * place + (i % 3)) * 28, (7 + 17 * place + (i % 3)) * 28);
      return { name: `bars/${name}/${i}.png`, input: encode({ width: 28, height: 28, channels: 1, data }) };
    }),
  );
  const buffer = Buffer.from(await downloadZip(files).arrayBuffer());
  await writeFile(join(folder, 'bars.zip'), buffer);
  await page
    .locator('.own-data input[type=file]')
    .first()
    .setInputFiles({ name: 'bars.zip', mimeType: '', buffer });
  await page.locator('.now').getByText('bars').waitFor();
}

describe('the Studio keeps', { skip, timeout: 400_000 }, () => {
  test('a learning rate that is changed by hand: the printed command trains the same weights', async () => {
    const { page, faults } = await openStudio(browser, served.url, {
      fragment: '#view=train&hidden=16&epochs=10',
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
    assert.match(command, /^npx couture train --hidden 16 --epochs 10 --rate-changes \d+:0\.0005 --seed 1$/);
    assert.equal(sha, await commandLine(command));
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('run folders of the command line: listed, live, questioned, copied and continued; never changed', async () => {
    const words = ['train', '--hidden', '16', '--seed', '1'];
    const done = await couture([...words, '--epochs', '2', '--name', 'short', '--json'], { cwd: folder });
    const { weightsSha256 } = parseDocument(done, { weightsSha256: z.string() });
    const { page, faults, show } = await openStudio(browser, served.url, { fragment: '#view=runs' });
    await waitForData(page);
    await row(page, 'folder/short').click();
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
    await row(page, 'folder/live').click();
    await page.getByRole('button', { name: 'Copy into this browser' }).click();
    await page.getByRole('region', { name: 'Run live', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause' }).and(page.locator(':enabled')).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    // The finished one, continued to more epochs, is the run that had so many from the start.
    await show('Runs');
    await row(page, 'folder/short').click();
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

  test('a deleted run is brought back after a reload, deleted for good, and gone after 30 days', async () => {
    const { page, faults, show } = await openStudio(browser, served.url, { fragment: '#hidden=8&epochs=1' });
    await waitForData(page);
    for (let n = 0; n < 3; n++) await trainToEnd(page);
    await show('Runs');
    for (const name of ['custom-seed1', 'custom-seed1-2', 'custom-seed1-3']) {
      await row(page, name).click();
      await page.getByRole('button', { name: `Delete ${name}`, exact: true }).click();
      await row(page, name).waitFor({ state: 'detached' });
    }
    await page.reload();
    await page.getByText('Deleted runs (3)').click();
    await page.getByRole('button', { name: 'Bring back custom-seed1', exact: true }).click();
    await row(page, 'custom-seed1').waitFor();
    await page.getByRole('button', { name: 'Delete custom-seed1-2 for good', exact: true }).click();
    await page.getByRole('button', { name: 'Yes, delete custom-seed1-2 for good' }).click();
    await page.getByText('Deleted runs (1)').waitFor();
    assert.deepEqual(await filesIn(page, 'studio/runs/train'), ['custom-seed1', 'custom-seed1-3']);
    await markRemoved(page, 'custom-seed1-3', new Date(Date.now() - 31 * 86_400_000).toISOString());
    await page.reload();
    await row(page, 'custom-seed1').waitFor();
    await page.getByText(/^Deleted runs/).waitFor({ state: 'detached' });
    assert.deepEqual(await filesIn(page, 'studio/runs/train'), ['custom-seed1']);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('imported images are kept: a run on them goes on after a reload in mid-training', async () => {
    const { page, faults, show } = await openStudio(browser, served.url, {
      fragment: '#view=data&hidden=16&epochs=60&batch-size=1',
    });
    await waitForData(page);
    await importBars(page);
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

  test('a run that does not fit is refused before it starts; where room runs out, training waits for it', async () => {
    const { page, faults, show } = await openStudio(browser, served.url, {
      fragment: '#view=train&hidden=64&epochs=8',
    });
    await waitForData(page);
    const session = await page.context().newCDPSession(page);
    const setQuota = async (quotaSize?: number): Promise<void> => {
      const origin = new URL(served.url).origin;
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
    await row(page, 'custom-seed1-2').click();
    await page.getByRole('button', { name: 'Resume' }).click();
    assert.equal((await result(page)).sha, sha);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('a list of a thousand runs opens, scrolls and filters quickly', async () => {
    const { page, faults, show } = await openStudio(browser, served.url, { fragment: '#hidden=8&epochs=1' });
    await waitForData(page);
    await trainToEnd(page);
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

  test('the setup: undone, redone, dragged, explained where it is wrong, and timed on this device', async () => {
    const { page, faults } = await openStudio(browser, served.url, {
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

  test('training goes on in a hidden tab; another tab sees the run and does not overwrite it', async () => {
    const context = await browser.newContext();
    // What a browser does with a tab that is not seen: no frames.
    await context.addInitScript(() => {
      if (location.hash.includes('epochs=20')) {
        Reflect.set(window, 'requestAnimationFrame', () => 0);
        Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' });
      }
    });
    const fragment = '#view=train&hidden=16&epochs=20';
    const { page, faults } = await openStudio(context, served.url, { fragment });
    await waitForData(page);
    await startButton(page).click();
    await reached(page, 2);
    const other = await openStudio(context, served.url, { fragment: '#view=runs&hidden=16&epochs=2' });
    await row(other.page, 'custom-seed1')
      .getByText(/in use/)
      .waitFor();
    await row(other.page, 'custom-seed1').click();
    assert.ok(
      await other.page.getByRole('button', { name: 'Delete custom-seed1', exact: true }).isDisabled(),
    );
    assert.equal(await other.page.getByRole('button', { name: 'Resume' }).count(), 0);
    // A run of the same name in the other tab gets a name of its own.
    await waitForData(other.page);
    await startButton(other.page).click();
    await result(other.page);
    await other.page.getByText('custom-seed1-2').first().waitFor();
    const { sha, command } = await result(page);
    assert.equal(sha, await commandLine(command));
    await other.show('Runs');
    await row(other.page, 'custom-seed1').getByText('test').waitFor();
    assert.deepEqual([...faults, ...other.faults], []);
    await context.close();
  });

  test('a run that diverges is told in words, with a way on', async () => {
    const { page, faults } = await openStudio(browser, served.url, {
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

  test('views of runs keep to WCAG AA, light and dark, on a wide screen and on phones', async () => {
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [390, 'dark'],
      [360, 'light'],
    ] as const) {
      const { page, faults, show } = await openStudio(browser, served.url, {
        ...{ fragment: '#view=train&hidden=8&epochs=2', viewport: { width, height: 800 }, colorScheme },
      });
      await waitForData(page);
      await trainToEnd(page);
      await trainToEnd(page);
      await checkAccessible(page, `Train, ${width}`);
      await show('Runs');
      await row(page, 'custom-seed1').click();
      await page.getByRole('button', { name: 'Delete custom-seed1', exact: true }).click();
      await page.getByText(/^Deleted runs/).click();
      await page.getByText(/^Storage/).click();
      await row(page, 'custom-seed1-2').click();
      await page.locator('svg[data-figure=curves]').waitFor();
      await checkAccessible(page, `Runs, ${width}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `Runs is ${wide} px wider than ${width}`);
      assert.deepEqual(faults, []);
      await page.close();
    }
  });
});
