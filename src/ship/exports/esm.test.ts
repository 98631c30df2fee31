/** The exported module answers with the bits of Couture, and its runtime holds what it promises. */

import assert from 'node:assert/strict';

import { test } from 'node:test';
import { crc32, deflateSync, gzipSync } from 'node:zlib';
import { gray, inputFor } from '../../../test/dataset-fixture.ts';
import { ensembleOf, makeExport } from '../../../test/export-fixture.ts';
import { makeImages, makeMembers, makeNetwork } from '../../../test/model-fixture.ts';
import { drawPicture } from '../../../test/pictures.ts';
import { prepareImage } from '../../data/prepare.ts';
import { multilayer } from '../../model/spec.ts';
import type { ModuleModel } from '../../platform/web/module/runtime.ts';
import { exportModule } from './esm.ts';
import type { ExportModel } from './export-model.ts';
import { moduleRuntime } from './runtime.generated.ts';

interface Exported extends ModuleModel {
  readonly default: ModuleModel['classify'];
  readonly classNames: readonly string[];
  readonly shape: unknown;
}

/** The module of a model, loaded as a file would be. */
async function load(model: ExportModel): Promise<Exported> {
  const { files } = await exportModule(model);
  const { content } = files.find(({ path }) => path === 'model.js')!;
  return await import(`data:text/javascript;base64,${Buffer.from(content).toString('base64')}`);
}

const ensemble = makeExport(makeMembers(), { views: { flip: true, shift: 1 }, temperature: 0.7 });
const single = makeExport([makeNetwork(multilayer(20, [16], 3), 1, inputFor(gray(5, 4)))]);

for (const [name, model] of Object.entries({ ensemble, single }))
  test(`${name}: prepared pixels and RGBA give the bits of Couture`, async () => {
    const module = await load(model);
    await using ours = await ensembleOf(model);
    assert.deepEqual(module.classNames, model.data.classNames);
    assert.equal(typeof module.default, 'function');
    for (let seed = 1; seed <= 3; seed++) {
      const pixels = makeImages(1, 20, seed);
      assert.deepEqual(await module.classify(pixels), await ours.predict(pixels));
      const picture = drawPicture(40, 30, seed);
      const steps = model.data.preprocessing.picture;
      const prepared = prepareImage(picture, model.data.shape, steps);
      assert.deepEqual(await module.prepare(picture), prepared);
      assert.deepEqual(await module.classify(picture), await ours.predict(prepared.pixels));
      const swapped = prepareImage(picture, model.data.shape, { ...steps, invert: 'yes' }).pixels;
      assert.deepEqual((await module.prepare(picture, { steps: { invert: 'yes' } })).pixels, swapped);
    }
  });

test('a plain PNG file is decoded without a canvas, and what cannot be decoded is told', async () => {
  const module = await load(single);
  const lines = Buffer.from([0, 10, 20, 30, 255, 40, 50, 60, 128]);
  const png = pngOf(2, 1, lines);
  const expected = await module.classify({ data: lines.subarray(1), width: 2, height: 1 });
  assert.deepEqual(await module.classify(png), expected);
  assert.deepEqual(await module.classify(new Blob([png])), expected);
  const damaged = png.slice();
  damaged[45] ^= 1;
  await assert.rejects(module.classify(damaged), { kind: 'data', message: /damaged/ });
  await assert.rejects(module.classify(pngOf(2, 1, Buffer.concat([lines, lines]))), /damaged/);
  await assert.rejects(module.classify(png.subarray(0, png.length - 13)), {
    kind: 'data',
    message: /^Cannot read the image that was given: it is damaged or truncated\.$/,
  });
  const jpeg = Buffer.from('ffd8ffc0001108000100010301110002110103110100', 'hex');
  await assert.rejects(module.classify(jpeg), { kind: 'usage', message: /a JPEG file/, hint: /RGBA/ });
  await assert.rejects(module.classify('shoe.png' as never), {
    kind: 'usage',
    message: /the string "shoe\.png", which is not a picture/,
  });
  await assert.rejects(module.classify(new Uint8Array(19)), { message: /19 pixels, but the model takes 20/ });
});

const color = makeExport([
  makeNetwork(multilayer(300, [8], 3), 1, inputFor({ height: 10, width: 10, channels: 3 })),
]);

test('prepared pixels that begin like a JPEG file are pixels, and a file of as many bytes is a file', async () => {
  const module = await load(color);
  // The color (255, 216, 255): each three bytes are the first of a JPEG file.
  const pink = { data: new Uint8Array(400), width: 10, height: 10 };
  for (let i = 0; i < 100; i++) pink.data.set([255, 216, 255, 255], 4 * i);
  const { pixels } = await module.prepare(pink);
  assert.deepEqual([...pixels.subarray(0, 4)], [255, 216, 255, 255]);
  assert.deepEqual(await module.classify(pixels), await module.classify(pink));
  await using ours = await ensembleOf(color);
  assert.deepEqual(await module.classify(pixels), await ours.predict(pixels));
  const png = ofLength(300);
  assert.equal(png.length, 300);
  const { facts } = await module.prepare(png);
  assert.deepEqual([facts.width, facts.height], [2, 1]);
});

test('options and images are checked, with the name of the function that was called', async () => {
  const module = await load(color);
  const picture = drawPicture(20, 20, 1);
  const wrong: readonly (readonly [options: unknown, message: RegExp])[] = [
    [
      { steps: { invert: 'maybe' } },
      /^classify: options\.steps\.invert must be one of "auto", "yes", "no", not/,
    ],
    [{ steps: { ground: [0, 0, 256] } }, /^classify: options\.steps\.ground must be .*whole numbers/],
    [{ steps: { zoom: 2 } }, /^classify: options\.steps has no "zoom": it may have upright, ground, invert/],
    [{ step: {} }, /^classify: options has no "step": it may have steps/],
    [null, /^classify: options must be an object of options, not null/],
    [{ steps: null }, /^classify: options\.steps must be an object of options, not null/],
  ];
  for (const [options, message] of wrong)
    await assert.rejects(module.classify(picture, options as never), { kind: 'usage', message });
  const prepared = await module.prepare(picture, { steps: { invert: 'yes', trim: undefined as never } });
  await assert.rejects(module.classify(prepared.pixels, { steps: { invert: 'yes' } }), {
    kind: 'usage',
    message: /^classify: options\.steps cannot be used: the image is prepared already/,
  });
  await assert.rejects(module.prepare(new Uint8Array(5)), {
    message: /^prepare: the image has 5 pixels, but the model takes 300/,
  });
  await assert.rejects(module.classify([0.5]), { message: /^classify: the image has 1 pixels/ });
  await assert.rejects(module.classify({ data: new Uint8Array(7), width: 2, height: 1 }), {
    kind: 'usage',
    message: /^classify: 7 bytes do not make a picture of 2x1/,
  });
});

test('the runtime has at most 60 KB with gzip, and imports nothing', () => {
  const { length } = gzipSync(moduleRuntime, { level: 9 });
  assert.ok(length <= 60_000, `${length} bytes`);
  assert.doesNotMatch(moduleRuntime, /\bimport[ ({"'`]|\brequire\(/);
});

/** A PNG file of two pixels with so many bytes, filled with a text. */
function ofLength(length: number): Buffer<ArrayBuffer> {
  const png = pngOf(2, 1, Buffer.from([0, 10, 20, 30, 255, 40, 50, 60, 128]));
  const text = chunk('tEXt', Buffer.alloc(length - png.length - 12, 'a'));
  return Buffer.concat([png.subarray(0, -12), text, png.subarray(-12)]);
}

/** A PNG file of RGBA lines, each behind the number of its filter. */
function pngOf(width: number, height: number, lines: Uint8Array): Buffer<ArrayBuffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6], 8);
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(lines)), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const body = Buffer.concat([Buffer.from(type), data]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
