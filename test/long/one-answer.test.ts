/**
 * One answer everywhere: more than 200 odd pictures through `predict`, `serve`, the module in Node and in Chromium, and the HTML file.
 * The same RGBA gives the same bytes and the same bits. Opaque PNG files of 8 bits give the same bits end to end. Of other
 * files decoders differ, and the label is the same unless the two best classes are within 0.05 or the file has CMYK.
 */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { decodePicture } from '../../src/platform/node/images/decode.ts';
import { load } from '../../src/platform/node/load.ts';
import type { ModuleModel } from '../../src/platform/web/module/runtime.ts';
import { predictAnswer } from '../../src/serve/schemas.ts';
import type { Prediction } from '../../src/use/predictor.ts';
import { couture } from '../command.ts';
import { findChromium } from '../matrix/runtimes.ts';
import { oddPictures } from '../odd-pictures.ts';
import { servePages } from '../page/server.ts';
import { startServing } from '../serving.ts';

const found = await findChromium();
const skip = 'missing' in found ? found.missing : false;
const folder = await mkdtemp(join(tmpdir(), 'couture-answers-'));
const pictures = await oddPictures();
const ours = await load('compact', { backend: 'cpu' });
let module: ModuleModel;
let browser: Browser | undefined;

/** The model that a page has as a global. */
declare const model: ModuleModel;

before(async () => {
  await mkdir(join(folder, 'plain'));
  for (const [format, out] of [
    ['esm', 'clothes'],
    ['html', 'clothes.html'],
  ]) {
    const { code, err } = await couture(['export', 'compact', '--to', format, '--out', join(folder, out)]);
    assert.equal(code, 0, err);
  }
  const page = `<!doctype html><link rel="icon" href="data:,"><script type="module">
    import * as model from './clothes/model.js';
    globalThis.model = model;
    document.documentElement.dataset.ready = '';
  </script>`;
  await writeFile(join(folder, 'index.html'), page);
  module = await import(pathToFileURL(join(folder, 'clothes/model.js')).href);
  if ('path' in found)
    browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
});

after(async () => {
  await browser?.close();
  await ours.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** Opens the page of a way, which has its model as `model`. */
async function openPage(way: 'module' | 'html'): Promise<{ page: Page; close: () => Promise<void> }> {
  assert.ok(browser);
  const page = await browser.newPage();
  const served = way === 'module' ? await servePages({ folder, isolated: false }) : undefined;
  await page.goto(served?.url ?? pathToFileURL(join(folder, 'clothes.html')).href);
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
  return { page, close: async () => void (await Promise.all([page.close(), served?.close()])) };
}

/** What a way makes of a picture. */
interface Seen {
  readonly pixels: number[];
  readonly prediction: Prediction;
}

/** What Couture makes of each picture, by name. */
const known = new Map<string, Seen>();

async function expected(bytes: Uint8Array, name: string): Promise<Seen> {
  const before = known.get(name);
  if (before !== undefined) return before;
  const { pixels } = await ours.prepare(bytes, { name });
  const seen = { pixels: [...pixels], prediction: await ours.predict(pixels) };
  known.set(name, seen);
  return seen;
}

test('there are more than 200 pictures, and couture predict reads all of them', async () => {
  assert.ok(pictures.length > 200, `${pictures.length} pictures`);
  const paths = pictures.map(({ name }) => join(folder, 'plain', name));
  for (const [i, { bytes }] of pictures.entries()) await writeFile(paths[i], bytes);
  const { code, out, err } = await couture([
    'predict',
    'compact',
    ...paths,
    '--json',
    '--seen',
    '--backend',
    'cpu',
  ]);
  assert.equal(code, 0, err);
  const { predictions } = JSON.parse(out);
  for (const [i, { bytes, name }] of pictures.entries()) {
    const { pixels, prediction } = await expected(bytes, name);
    assert.deepEqual([...Buffer.from(predictions[i].seen, 'base64')], pixels, name);
    assert.deepEqual(predictions[i].probabilities, prediction.probabilities, name);
  }
});

test('couture serve gives the same bytes and bits, of one file and of many in a request', async () => {
  const serving = await startServing(['compact', '--drain-seconds', '0', '--log-level', 'silent']);
  const path = `${serving.url}models/compact/predict?seen=true&unlike=false`;
  const typeOf = (name: string): string => `image/${name.split('.').at(-1)?.replace('jpg', 'jpeg')}`;
  const check = async (asked: RequestInit, names: readonly string[]): Promise<void> => {
    const response = await fetch(path, { method: 'POST', ...asked });
    const text = await response.text();
    assert.equal(response.status, 200, `${names.join()}: ${text.slice(0, 300)}`);
    const { predictions } = predictAnswer.parse(JSON.parse(text));
    assert.equal(predictions.length, names.length);
    for (const [i, { seen = '', source: _, prepared: __, ...prediction }] of predictions.entries())
      assert.deepEqual(
        { pixels: [...Buffer.from(seen, 'base64')], prediction },
        known.get(names[i]),
        names[i],
      );
  };
  try {
    for (const { bytes, name } of pictures) await expected(bytes, name);
    for (const { bytes, name } of pictures)
      await check({ body: bytes, headers: { 'Content-Type': typeOf(name) } }, [name]);
    for (let from = 0; from < pictures.length; from += 50) {
      const some = pictures.slice(from, from + 50);
      const body = new FormData();
      for (const { bytes, name } of some)
        body.append('picture', new Blob([bytes], { type: typeOf(name) }), name);
      await check(
        { body },
        some.map(({ name }) => name),
      );
    }
  } finally {
    assert.equal(await serving.stop(), 0);
  }
});

test('the same RGBA: the module in Node gives the same bytes and bits', async () => {
  for (const { bytes, name } of pictures) {
    const picture = await decodePicture(bytes, name);
    const { pixels } = await module.prepare(picture);
    const seen = { pixels: [...pixels], prediction: await module.classify(pixels) };
    assert.deepEqual(seen, await expected(bytes, name), name);
  }
});

const seeRgba = async (picture: { data: string; width: number; height: number; orientation?: number }) => {
  const data = Uint8Array.from(atob(picture.data), (character) => character.charCodeAt(0));
  const { pixels } = await model.prepare({ ...picture, data });
  return { pixels: [...pixels], prediction: await model.classify(pixels) };
};

const seeFile = async (base64: string) => {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const { pixels } = await model.prepare(new Blob([bytes]));
  return { pixels: [...pixels], prediction: await model.classify(pixels) };
};

for (const way of ['module', 'html'] as const) {
  test(`the same RGBA: the ${way} in Chromium gives the same bytes and bits`, { skip }, async () => {
    const { page, close } = await openPage(way);
    try {
      for (const { bytes, name } of pictures) {
        const picture = await decodePicture(bytes, name);
        const data = Buffer.from(picture.data).toString('base64');
        assert.deepEqual(
          await page.evaluate(seeRgba, { ...picture, data }),
          await expected(bytes, name),
          name,
        );
      }
    } finally {
      await close();
    }
  });

  test(`files: the ${way} in Chromium gives the same bits of plain PNGs, and otherwise the label`, {
    skip,
  }, async (t) => {
    const { page, close } = await openPage(way);
    let otherBytes = 0;
    const otherLabels: string[] = [];
    try {
      for (const { bytes, name, plain } of pictures) {
        const there = await page.evaluate(seeFile, bytes.toString('base64'));
        const here = await expected(bytes, name);
        if (plain) assert.deepEqual(there, here, name);
        if (there.pixels.join() !== here.pixels.join()) otherBytes += 1;
        if (there.prediction.label === here.prediction.label) continue;
        const margins = [there, here].map(({ prediction }) => marginOf(prediction));
        otherLabels.push(`${name} (margins ${margins.map((margin) => margin.toFixed(3)).join(' and ')})`);
        // Each decoder has its own formula for CMYK, up to 28 levels from another's: no label is promised.
        if (!name.includes('cmyk')) assert.ok(Math.min(...margins) <= 0.05, otherLabels.at(-1));
      }
    } finally {
      await close();
    }
    t.diagnostic(
      `${otherBytes} of ${pictures.length} with other bytes; other labels: ${otherLabels.join(', ') || 'none'}`,
    );
  });
}

/** The distance of the two most probable classes. */
function marginOf({ probabilities }: Prediction): number {
  const [first, second] = probabilities.toSorted((a, b) => b - a);
  return first - second;
}
