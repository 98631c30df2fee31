/**
 * The HTML file of `couture export --to html` in Chromium: from disk, without a network, under its own policy. It draws, takes
 * pictures and the camera, and answers with the bits of Couture. Skipped with the reason where there is no Chromium.
 */

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { prepareImage } from '../../src/data/prepare.ts';
import { multilayer } from '../../src/model/spec.ts';
import { load } from '../../src/platform/node/load.ts';
import { nodePlatform } from '../../src/platform/node/platform.ts';
import type { ModuleModel } from '../../src/platform/web/module/runtime.ts';
import { modelToExport } from '../../src/runs/export.ts';
import { findModel } from '../../src/runs/find-model.ts';
import type { ExportModel } from '../../src/ship/exports/export-model.ts';
import { exportHtml } from '../../src/ship/exports/html.ts';
import { ensembleOf, makeExport } from '../export-fixture.ts';
import { findChromium } from '../matrix/runtimes.ts';
import { makeMembers, makeNetwork } from '../model-fixture.ts';
import { drawPicture } from '../pictures.ts';
import { checkAccessible } from '../studio.ts';

/** The model that the page leaves for the console. */
declare const model: ModuleModel;

const found = await findChromium();
const skip = 'missing' in found ? found.missing : false;
const folder = await mkdtemp(join(tmpdir(), 'couture-page-'));
let browser: Browser | undefined;

before(async () => {
  if (!('path' in found)) return;
  const camera = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
  browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox', ...camera] });
});

after(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

const htmlOf = async (given: ExportModel): Promise<string> =>
  String((await exportHtml(given)).files[0].content);

/** Opens the file of a model. Whatever the console or the policy complains about is in `errors`. */
async function open(
  given: ExportModel,
  errors: string[],
  options: BrowserContextOptions = {},
): Promise<Page> {
  assert.ok(browser);
  const path = join(folder, 'model.html');
  await writeFile(path, await htmlOf(given));
  const context = await browser.newContext({ offline: true, ...options });
  const page = await context.newPage();
  page.on('console', (message) => errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('request', (request) => {
    if (!/^(file|data|blob):/.test(request.url())) errors.push(request.url());
  });
  await page.goto(pathToFileURL(path).href);
  await page.waitForSelector('html[data-ready]');
  return page;
}

const compact = async (): Promise<ExportModel> =>
  await modelToExport(nodePlatform, await findModel(nodePlatform, 'compact'));

test('an ensemble with views answers with the bits of Couture', { skip }, async () => {
  const errors: string[] = [];
  const given = makeExport(makeMembers(), { views: { flip: true, shift: 1 }, temperature: 0.7 });
  const exact = {
    ...given,
    members: given.members.map((member) => ({ ...member, weights: halved(member.weights) })),
  };
  const page = await open(given, errors);
  await using ours = await ensembleOf(exact);
  assert.equal(await page.title(), 'Made <!-- here');
  const { data, width, height } = drawPicture(40, 30, 3);
  const there = await page.evaluate(
    async ({ data, width, height }) => {
      const { pixels } = await model.prepare({ data: Uint8Array.from(data), width, height });
      return { pixels: [...pixels], prediction: await model.classify(pixels) };
    },
    { data: [...data], width, height },
  );
  const { shape, preprocessing } = given.data;
  const { pixels } = prepareImage({ data, width, height }, shape, preprocessing.picture);
  assert.deepEqual(there, { pixels: [...pixels], prediction: await ours.predict(pixels) });
  assert.deepEqual(errors, []);
});

/** Matrices rounded to float16, as the page has them. */
function halved(weights: ReadonlyMap<string, Float32Array>): Map<string, Float32Array> {
  const rounded = (values: Float32Array) => values.map((value) => Number(new Float16Array([value])[0]));
  return new Map(
    [...weights].map(([name, values]) => [
      name,
      name.startsWith('fc') && name.endsWith('weight') ? rounded(values) : values,
    ]),
  );
}

/** One word of 42 letters, which no line of a phone holds. */
const LONG = 'Donaudampfschiffahrtselektrizitatenhauptbe';

test('long class names and titles fit on a phone, and rounded weights are told', { skip }, async () => {
  const errors: string[] = [];
  const given = makeExport(makeMembers());
  const classNames = [LONG, `${LONG}2`, `${LONG}3`];
  const test = { images: 1000, accuracy: 0.9188, loss: 0.25 };
  const page = await open({ ...given, title: LONG, test, data: { ...given.data, classNames } }, errors, {
    viewport: { width: 390, height: 844 },
  });
  assert.match(
    String(await page.locator('#facts').textContent()),
    /91\.88% of 1,000 test images before rounding/,
  );
  const picture = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  await page.setInputFiles('#file', { name: 'red.png', mimeType: 'image/png', buffer: picture });
  await page.waitForSelector('[data-state="answered"]');
  assert.match(String(await page.locator('#label').textContent()), /^Donaudampf/);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 390, `the page is ${width} pixels wide`);
  assert.deepEqual(errors, []);
});

test('a drawing, a picture and the camera are answered, on a phone as well', { skip }, async () => {
  const errors: string[] = [];
  const given = await compact();
  const page = await open(given, errors, { viewport: { width: 390, height: 844 } });
  const label = page.locator('#label');
  assert.equal(await label.textContent(), 'Give it a picture');
  const box = await page.locator('#drawing').boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + 60, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + 60, box.y + 250, { steps: 5 });
  await page.mouse.up();
  await page.waitForSelector('[data-state="answered"]');
  await page.click('#undo');
  await page.waitForSelector('[data-state="empty"]');

  const file = 'examples/pictures/trouser.jpg';
  await page.setInputFiles('#file', file);
  await page.waitForSelector('[data-state="answered"]');
  assert.equal(await label.textContent(), 'Trouser');
  assert.equal(await page.locator('#bars li').count(), 10);
  await using ours = await load('compact', { backend: 'cpu' });
  assert.equal((await ours.predict(file)).label, 'Trouser');

  await page.setInputFiles('#file', {
    name: 'notes.png',
    mimeType: 'image/png',
    buffer: Buffer.from('notes'),
  });
  await page.waitForSelector('[data-state="failed"]');
  assert.match(String(await label.textContent()), /notes\.png: it is text, not PNG, JPEG or WebP/);

  await page.click('#tab-camera');
  await page.waitForSelector('[data-state="answered"]');
  await page.click('#tab-draw');
  await page.waitForSelector('[data-state="empty"]');
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 390, `the page is ${width} pixels wide`);
  assert.deepEqual(errors, []);
});

test('the board has the color of a light background, and a dark pen is seen on it', { skip }, async () => {
  const errors: string[] = [];
  const given = makeExport(makeMembers().slice(0, 1), { paper: [240, 228, 200] });
  const page = await open(given, errors);
  await checkAccessible(page, 'light paper');
  const box = await page.locator('#drawing').boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + 60, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + 60, box.y + 250, { steps: 5 });
  await page.mouse.up();
  await page.waitForSelector('[data-state="answered"]');
  const [corner, stroke] = await page.evaluate(() => {
    const board = document.querySelector<HTMLCanvasElement>('#drawing');
    const at = (x: number, y: number) => board?.getContext('2d')?.getImageData(x, y, 1, 1).data;
    const scale = (board?.width ?? 0) / (board?.clientWidth ?? 1);
    return [[...(at(1, 1) ?? [])], [...(at(60 * scale, 150 * scale) ?? [])]];
  });
  assert.deepEqual(corner, [240, 228, 200, 255]);
  assert.ok(stroke[0] < 60, `${stroke}`);
  assert.deepEqual(errors, []);
});

test('every tab holds to WCAG AA, light and dark, and is reached by keys', { skip }, async () => {
  const errors: string[] = [];
  const given = makeExport(makeMembers().slice(0, 1));
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await open(given, errors, { colorScheme });
    await page.keyboard.press('Tab');
    for (const tab of ['draw', 'picture', 'camera']) {
      assert.equal(await page.evaluate(() => document.activeElement?.id), `tab-${tab}`);
      assert.equal(await page.locator(`#tab-${tab}`).getAttribute('aria-selected'), 'true');
      if (tab === 'picture') await page.setInputFiles('#file', 'examples/pictures/trouser.jpg');
      await page.waitForSelector(`[data-state="${tab === 'draw' ? 'empty' : 'answered'}"]`);
      await checkAccessible(page, `${tab}, ${colorScheme}`);
      await page.locator(`#tab-${tab}`).focus();
      await page.keyboard.press('ArrowRight');
    }
    await page.context().close();
  }
  assert.deepEqual(errors, []);
});

test('the policy stops scripts, styles and connections that are not those of the file', {
  skip,
}, async () => {
  const errors: string[] = [];
  const page = await open(makeExport(makeMembers()), errors);
  const stopped = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.injected = true;';
    document.body.append(script);
    const style = document.createElement('style');
    style.textContent = 'body { rotate: 45deg; }';
    document.body.append(style);
    const connection = await fetch('data:,x').then(
      () => 'connected',
      () => 'stopped',
    );
    return { connection, injected: 'injected' in globalThis, rotate: getComputedStyle(document.body).rotate };
  });
  assert.deepEqual(stopped, { connection: 'stopped', injected: false, rotate: 'none' });
  assert.ok(errors.length >= 3, errors.join('\n'));
});

test('compact has under 1 MB, and a network like that of the recipe deeper under 2 MB', async () => {
  assert.ok((await htmlOf(await compact())).length < 1_000_000);
  const input = {
    shape: { height: 28, width: 28, channels: 1 },
    pixels: { offset: [0.5], scale: [0.5] },
  } as const;
  const network = makeNetwork(multilayer(784, [512, 256, 128], 3), 1, input);
  assert.ok((await htmlOf(makeExport([network]))).length < 2_000_000);
});

test('a plain picture of half-transparent pixels is the same as in Node', { skip }, async () => {
  const errors: string[] = [];
  const page = await open(await compact(), errors);
  const data = Uint8Array.from({ length: 40 * 30 * 4 }, (_, i) => (i * 7) % 256);
  const png = await sharp(data, { raw: { width: 40, height: 30, channels: 4 } })
    .png()
    .toBuffer();
  const there = await page.evaluate(
    async (bytes) => {
      const { pixels } = await model.prepare(new Blob([Uint8Array.from(bytes)]));
      return [...pixels];
    },
    [...png],
  );
  await using ours = await load('compact', { backend: 'cpu' });
  assert.deepEqual(there, [...(await ours.prepare(png)).pixels]);
  assert.deepEqual(errors, []);
});
