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
  const jpeg = Buffer.from('ffd8ffc0001108000100010301110002110103110100', 'hex');
  await assert.rejects(module.classify(jpeg), { kind: 'usage', message: /a JPEG file/, hint: /RGBA/ });
  await assert.rejects(module.classify('shoe.png' as never), {
    kind: 'usage',
    message: /the string "shoe\.png", which is not a picture/,
  });
  await assert.rejects(module.classify(new Uint8Array(19)), { message: /19 pixels, but the model takes 20/ });
});

test('the runtime has at most 60 KB with gzip, and imports nothing', () => {
  const { length } = gzipSync(moduleRuntime, { level: 9 });
  assert.ok(length <= 60_000, `${length} bytes`);
  assert.doesNotMatch(moduleRuntime, /\bimport[ ({"'`]|\brequire\(/);
});

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
