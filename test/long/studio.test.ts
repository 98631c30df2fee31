/**
 * The Studio in Chromium: trains to the bits of the command line, goes on after a reload, predicts drawings and files,
 * reads images of one's own, refuses broken ones in words, and loads nothing from elsewhere. Skipped with the reason where
 * there is no Chromium.
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { downloadZip } from 'client-zip';
import { encode } from 'fast-png';
import { type Browser, chromium, type Page } from 'playwright-core';
import * as z from 'zod';
import { ensureData } from '../../src/platform/node/data/store.ts';
import { type ServedStudio, serveStudio } from '../../src/serve/studio.ts';
import { couture, parseDocument } from '../command.ts';
import { findChromium } from '../matrix/runtimes.ts';
import { servePages } from '../page/server.ts';
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
const folder = await mkdtemp(join(tmpdir(), 'couture-studio-'));
const built = join(folder, 'page');
let browser: Browser;
let served: ServedStudio;

before(async () => {
  if (!('path' in found)) return;
  await buildStudio(built);
  served = await serveStudio({ port: 0, folder: built });
  browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
});
after(async () => {
  await browser?.close();
  await served?.close();
  await rm(folder, { recursive: true, force: true });
});

/** The SHA-256 of the weights that the command line trains with these words. */
async function commandLine(words: string): Promise<string> {
  const outcome = await couture([...words.split(' '), '--json'], { cwd: folder });
  return parseDocument(outcome, { weightsSha256: z.string() }).weightsSha256;
}

/** A picture of a class: a bright bar at its height. */
function barPng(height: number, seed: number): Uint8Array {
  const data = new Uint8Array(28 * 28).map((_, i) => Math.imul(i + seed, 0x9e3779b1) >>> 26);
  data.fill(220, height * 28, (height + 4) * 28);
  return encode({ width: 28, height: 28, channels: 1, data });
}

/** An archive of class folders. */
async function barsZip(images = 30): Promise<Buffer> {
  const classes = { top: 3, low: 20 };
  const files = Object.entries(classes).flatMap(([name, height]) =>
    Array.from({ length: images }, (_, i) => ({
      name: `bars/${name}/${i}.png`,
      input: barPng(height + (i % 3), i),
    })),
  );
  return Buffer.from(await downloadZip(files).arrayBuffer());
}

async function choose(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.locator('.own-data input[type=file]').first().setInputFiles({ name, mimeType: '', buffer });
}

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

describe('the Studio', { skip, timeout: 400_000 }, () => {
  test('answers before anything is trained, trains the baseline, and ends in the bits of the command line', async () => {
    const { page, faults, show } = await openStudio(browser, served.url, {
      fragment: '#recipe=baseline&epochs=2',
    });
    await page.locator('.verdict').waitFor({ timeout: 60_000 });
    assert.equal(await page.locator('.verdict').textContent(), 'Ankle boot');
    assert.equal(await page.locator('.bars li').count(), 10);
    await waitForData(page);
    const { sha, command } = await trainToEnd(page);
    assert.equal(command, 'npx couture train --recipe baseline --epochs 2 --seed 1');
    assert.equal(sha, await commandLine(command.replace('npx couture ', '')));
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
    const { page, faults, show } = await openStudio(browser, served.url, { fragment: setup(12, 24) });
    await waitForData(page);
    await startButton(page).click();
    const reached = () =>
      Number.parseInt(document.querySelector('.transport dd')?.textContent ?? '', 10) >= 3;
    await page.waitForFunction(reached, undefined, { timeout: 60_000 });
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
    await show('Runs');
    await waitForData(page);
    await page.getByRole('button', { name: /^custom-seed1/ }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    assert.equal((await result(page)).sha, expected);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('predicts a drawing, a file and what was pasted, and shows the preparation', async () => {
    const { page, faults } = await openStudio(browser, served.url);
    await page.locator('.verdict').waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Draw' }).click();
    const pad = page.locator('.pad');
    const box = await pad.boundingBox();
    assert.ok(box);
    // A pair of trousers.
    const lines = [
      [
        [0.35, 0.1],
        [0.65, 0.1],
      ],
      [
        [0.38, 0.1],
        [0.36, 0.9],
      ],
      [
        [0.62, 0.1],
        [0.64, 0.9],
      ],
    ];
    for (const [[fromX, fromY], [toX, toY]] of lines) {
      await page.mouse.move(box.x + fromX * box.width, box.y + fromY * box.height);
      await page.mouse.down();
      await page.mouse.move(box.x + toX * box.width, box.y + toY * box.height, { steps: 12 });
      await page.mouse.up();
    }
    await page.getByText('Resized to 28 x 28').waitFor();
    await page.waitForFunction(() => document.querySelector('.verdict')?.textContent === 'Trouser');
    const shoe = await readFile(new URL('../../examples/pictures/sneaker.jpg', import.meta.url)).catch(
      () => undefined,
    );
    await page.locator('.sources input[type=file]').setInputFiles({
      name: 'bar.png',
      mimeType: 'image/png',
      buffer: shoe ?? Buffer.from(barPng(12, 1)),
    });
    await page.locator('.steps li').first().waitFor();
    await page.locator('.sources input[type=file]').setInputFiles({
      name: 'broken.png',
      mimeType: 'image/png',
      buffer: Buffer.from('not a picture'),
    });
    await page.locator('.predict [role=alert]').waitFor();
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('reads an archive, trains on it and predicts; broken files are refused in words', async () => {
    const { page, faults, show } = await openStudio(browser, served.url, {
      fragment: '#view=data&hidden=8&epochs=12&batch-size=8',
    });
    await waitForData(page);
    const zip = await barsZip();
    const broken: readonly (readonly [string, Buffer, RegExp])[] = [
      ['text.zip', Buffer.from('This is text.'), /text\.zip/],
      ['empty.zip', Buffer.alloc(0), /empty/i],
      ['truncated.zip', zip.subarray(0, zip.length / 2), /truncated\.zip/],
      [
        'flat.zip',
        Buffer.from(await downloadZip([{ name: 'a.txt', input: 'a' }]).arrayBuffer()),
        /flat\.zip|picture|image/,
      ],
      ['words.csv', Buffer.from('one,two\nred,blue\n'), /words\.csv/],
      ['wrong.npz', Buffer.from('PK\u0003\u0004nothing'), /wrong\.npz/],
    ];
    for (const [name, bytes, words] of broken) {
      await choose(page, name, bytes);
      const alert = page.locator('.own-data [role=alert]');
      await page.waitForFunction(
        (source) =>
          new RegExp(source, 'i').test(document.querySelector('.own-data [role=alert]')?.textContent ?? ''),
        words.source,
      );
      assert.doesNotMatch(
        (await alert.textContent()) ?? '',
        /Something went wrong|undefined|TypeError/,
        name,
      );
    }
    await choose(page, 'bars.zip', zip);
    await page.getByRole('button', { name: /^low \d/ }).waitFor();
    assert.equal(await page.locator('.own-data [role=alert]').count(), 0);
    const { sha } = await trainToEnd(page);
    assert.match(sha, /^[0-9a-f]{64}$/);
    await show('Train');
    assert.match((await page.locator('.verdict').textContent()) ?? '', /^(top|low)$/);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('restores a shared address, explains what is invalid, and names what it does not know', async () => {
    const address = '#view=data&recipe=deeper&epochs=7&learning-rate=0.002&shift=2&nonsense=1';
    const { page, show } = await openStudio(browser, served.url, { fragment: address });
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

  test('every view keeps to WCAG AA, light and dark, wide and narrow', async () => {
    for (const [width, colorScheme] of [
      [1440, 'light'],
      [390, 'dark'],
    ] as const) {
      const viewport = { width, height: 900 };
      const { page, faults, show } = await openStudio(browser, served.url, {
        fragment: setup(2),
        viewport,
        colorScheme,
      });
      await waitForData(page);
      await trainToEnd(page);
      const names = ['Data', 'Train', 'Understand', 'Runs', ...(width < 800 ? ['Model', 'Predict'] : [])];
      for (const name of names) {
        await show(name);
        if (name === 'Understand') {
          await page.getByRole('button', { name: /^Evaluate/ }).click();
          await page.locator('[data-cell]').first().waitFor();
        }
        await checkAccessible(page, `${name}, ${width} px, ${colorScheme}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${name} is ${wide} px wider than ${width}`);
      }
      assert.deepEqual(faults, []);
      await page.close();
    }
  });

  test('collects classes by drawing and from the camera, trains on them and predicts', async () => {
    const camera = await chromium.launch({
      executablePath: 'path' in found ? found.path : '',
      args: ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
    });
    try {
      const fragment = '#view=data&hidden=8&epochs=12&batch-size=4';
      const { page, faults, show } = await openStudio(camera, served.url, { fragment });
      await waitForData(page);
      await page.getByRole('button', { name: 'Collect' }).click();
      await page.getByLabel('Name of class 1').fill('line');
      await page.getByLabel('Name of class 2').fill('line');
      await page.getByText('Two classes have the same name.').waitFor();
      await page.getByLabel('Name of class 2').fill('camera');
      await page.getByLabel('Name of class 1').focus();
      const box = await page.locator('.collect .pad').boundingBox();
      assert.ok(box);
      for (let i = 0; i < 12; i++) {
        await page.mouse.move(box.x + 30 + i * 10, box.y + 20);
        await page.mouse.down();
        await page.mouse.move(box.x + 30 + i * 10, box.y + 180, { steps: 4 });
        await page.mouse.up();
        await page.getByRole('button', { name: 'Add to line' }).click();
      }
      await page.getByRole('button', { name: '12 pictures' }).waitFor();
      await page.getByRole('button', { name: 'camera', exact: true }).click();
      await page.getByLabel('Name of class 2').focus();
      await page.waitForFunction(() => (document.querySelector('video')?.videoWidth ?? 0) > 0);
      const record = page.getByRole('button', { name: 'Hold to record camera' });
      await record.hover();
      await page.mouse.down();
      await page.waitForFunction(
        () => document.querySelectorAll('.classes li:nth-child(2) canvas').length >= 12,
      );
      await page.mouse.up();
      await checkAccessible(page, 'Collect');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Save as ZIP' }).click(),
      ]);
      const zip = join(folder, 'collected.zip');
      await download.saveAs(zip);
      await page.getByRole('button', { name: 'Use these images' }).click();
      await page.getByRole('button', { name: /^line/ }).waitFor();
      // The command line trains the same weights on the saved archive.
      const { sha, command } = await trainToEnd(page);
      const words = command.replace('npx couture ', '').replace('--data collected', `--data ${zip}`);
      assert.equal(sha, await commandLine(words));
      await page.getByRole('button', { name: 'Camera', exact: true }).click();
      await page.getByText('Picture of 64 x 64 pixels').waitFor();
      await show('Understand');
      await page.getByRole('button', { name: 'Camera', exact: true }).click();
      await page.getByRole('button', { name: 'Explain' }).click();
      await page.locator('svg[data-figure=saliency]').waitFor();
      assert.deepEqual(faults, []);
    } finally {
      await camera.close();
    }
  });

  test('the tour trains both networks, step by step, and gives the setup back', async () => {
    const { page, faults } = await openStudio(browser, served.url, {
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
      const { page, faults, show } = await openStudio(browser, `${host.url}some/where/`, {
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
