/**
 * Pictures in a page: Chromium prepares the same RGBA to the same bytes as Node, decodes opaque PNGs to the same, and refuses with
 * the same words. Skipped with the reason where there is no Chromium.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Browser, chromium } from 'playwright-core';
import sharp from 'sharp';
import { prepareImage } from '../../src/data/prepare.ts';
import { objectSteps, plainSteps } from '../../src/data/preprocessing.ts';
import { decodePicture } from '../../src/platform/node/images/decode.ts';
import { findChromium } from '../matrix/runtimes.ts';
import { drawPicture, pictureCases } from '../pictures.ts';
import { openSourcePage } from '../source-page.ts';

const found = await findChromium();
const skip = 'missing' in found ? found.missing : false;

let browser: Browser | undefined;

before(async () => {
  if ('path' in found)
    browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
});

after(async () => {
  await browser?.close();
});

const openPage = (strays: string[]) => openSourcePage(browser, strays);

test('a page prepares the same pictures to the same bytes', { skip }, async () => {
  const strays: string[] = [];
  const page = await openPage(strays);
  const inPage = await page.evaluate(async () => {
    const [preparePath, casesPath]: string[] = ['/src/data/prepare.ts', '/test/pictures.ts'];
    const prepare: typeof import('../../src/data/prepare.ts') = await import(preparePath);
    const cases: typeof import('../pictures.ts') = await import(casesPath);
    return cases.pictureCases.map(({ picture, shape, steps }) => {
      const { pixels, facts } = prepare.prepareImage(picture, shape, steps);
      return { pixels: [...pixels], facts };
    });
  });
  pictureCases.forEach(({ picture, shape, steps }, i) => {
    const { pixels, facts } = prepareImage(picture, shape, steps);
    assert.deepEqual(inPage[i], { pixels: [...pixels], facts }, `case ${i}`);
  });
  assert.ok(
    inPage.some(({ facts }) => facts.crop !== null && facts.ground === null),
    'an object was found',
  );
  assert.deepEqual(strays, []);
});

/** What a page makes of an encoded file: the picture's bytes, or the message. */
const decodeThere = async (encoded: number[]) => {
  const [path]: string[] = ['/src/platform/web/decode.ts'];
  const { pagePicture }: typeof import('../../src/platform/web/decode.ts') = await import(path);
  try {
    const { data, ...rest } = await pagePicture(new Blob([Uint8Array.from(encoded)]), 'shoe.png');
    return { data: [...data], ...rest };
  } catch (error) {
    return { message: error instanceof Error ? error.message : String(error) };
  }
};

test('a page decodes opaque PNGs and lossless WebPs to the same bytes, turned by nobody', {
  skip,
}, async () => {
  const page = await openPage([]);
  const { data, width, height } = drawPicture(40, 30, 4);
  const raw = () => sharp(data, { raw: { width, height, channels: 4 } }).removeAlpha();
  const grayBytes = data.filter((_, i) => i % 4 === 0);
  const gray = sharp(grayBytes, { raw: { width, height, channels: 1 } }).toColourspace('b-w');
  const files = [
    await raw().png().toBuffer(),
    await raw().withMetadata({ orientation: 6 }).png().toBuffer(),
    await raw().withIccProfile('p3').png().toBuffer(),
    await raw().webp({ lossless: true }).toBuffer(),
    await gray.png().toBuffer(),
  ];
  for (const [i, bytes] of files.entries()) {
    const there = await page.evaluate(decodeThere, [...bytes]);
    const here = await decodePicture(bytes, 'shoe.png');
    assert.deepEqual(there, { orientation: 1, ...here, data: [...here.data] }, `file ${i}`);
  }
});

test('a worker decodes every kind of picture that it can have', { skip }, async () => {
  const page = await openPage([]);
  const { expected, decoded } = await page.evaluate(async () => {
    const worker = new Worker('/test/page/decode-worker.ts', { type: 'module' });
    const answer = new Promise<{ expected: number[]; decoded: Record<string, unknown> }>(
      (resolve, reject) => {
        worker.addEventListener('message', ({ data }) => resolve(data));
        worker.addEventListener('error', ({ message }) => reject(new Error(message)));
      },
    );
    try {
      return await answer;
    } finally {
      worker.terminate();
    }
  });
  const kinds = ['ImageData', 'ImageBitmap', 'OffscreenCanvas', 'Blob', 'File', 'Uint8Array'];
  assert.deepEqual(decoded, Object.fromEntries(kinds.map((kind) => [kind, expected])));
});

test('photographs are turned upright in a page as in Node, each number of EXIF', { skip }, async () => {
  const page = await openPage([]);
  const { data, width, height } = drawPicture(320, 200, 0);
  for (let orientation = 1; orientation <= 8; orientation++) {
    const jpeg = await sharp(data, { raw: { width, height, channels: 4 } })
      .removeAlpha()
      .withMetadata({ orientation })
      .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
      .toBuffer();
    const there = await page.evaluate(decodeThere, [...jpeg]);
    assert.ok('data' in there, JSON.stringify(there).slice(0, 200));
    assert.equal(there.orientation, orientation);
    const shape = { height: 28, width: 28, channels: 1 } as const;
    const seen = prepareImage({ ...there, data: Uint8Array.from(there.data) }, shape, objectSteps);
    const expected = prepareImage(await decodePicture(jpeg, 'shoe.jpg'), shape, objectSteps);
    // Decoders of JPEG may round otherwise.
    const most = Math.max(...seen.pixels.map((value, i) => Math.abs(value - expected.pixels[i])));
    assert.ok(most <= 3, `orientation ${orientation}: ${most}`);
  }
});

test('a half-transparent picture comes out of a page within one or two levels', { skip }, async () => {
  const page = await openPage([]);
  const data = Uint8Array.from({ length: 20 * 20 * 4 }, (_, i) =>
    i % 4 === 3 ? (i * 3) % 256 : (i * 7) % 256,
  );
  const png = await sharp(data, { raw: { width: 20, height: 20, channels: 4 } })
    .png()
    .toBuffer();
  const there = await page.evaluate(decodeThere, [...png]);
  assert.ok('data' in there);
  const shape = { height: 20, width: 20, channels: 3 } as const;
  const here = prepareImage(await decodePicture(png, 'a.png'), shape, plainSteps).pixels;
  const seen = prepareImage({ ...there, data: Uint8Array.from(there.data) }, shape, plainSteps).pixels;
  assert.ok(seen.every((value, i) => Math.abs(value - here[i]) <= 2));
});

test('a page refuses what Node refuses, in the same words', { skip }, async () => {
  const page = await openPage([]);
  const wrong = [
    Buffer.from('GIF89a\x01\0'),
    Buffer.from('<!doctype html><title>404</title>'),
    Buffer.concat([
      Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\x02\xeb\xae\x40', 'latin1'),
      Buffer.alloc(9),
    ]),
  ];
  for (const bytes of wrong) {
    const there = await page.evaluate(decodeThere, [...bytes]);
    const here = await decodePicture(bytes, 'shoe.png').then(
      () => 'no error',
      (error: Error) => error.message,
    );
    assert.deepEqual(there, { message: here });
  }
});
