import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { hideOrientation } from './hide-orientation.ts';
import { readImageHeader } from './image-header.ts';

const pixels = Buffer.from(Uint8Array.from({ length: 18 }, (_, i) => i * 13));

for (const format of ['png', 'jpeg', 'webp'] as const) {
  test(`a ${format} file keeps its pixels and loses its orientation`, async () => {
    const image = sharp(pixels, { raw: { width: 3, height: 2, channels: 3 } });
    const told = await image.withMetadata({ orientation: 6 }).toFormat(format, { lossless: true }).toBuffer();
    assert.equal(readImageHeader(told)?.orientation, 6);
    const hidden = hideOrientation(told);
    assert.equal(readImageHeader(hidden)?.orientation, 1);
    assert.equal((await sharp(hidden).metadata()).orientation, undefined);
    const decode = async (file: Uint8Array) => await sharp(file).raw().toBuffer();
    assert.deepEqual(await decode(hidden), await decode(told));
  });
}

test('a file that is cut short anywhere is no reason to fail', async () => {
  const image = sharp(pixels, { raw: { width: 3, height: 2, channels: 3 } }).withMetadata({ orientation: 3 });
  for (const format of ['png', 'jpeg', 'webp'] as const) {
    const file = await image.clone().toFormat(format).toBuffer();
    for (let length = 0; length < file.length; length++)
      assert.ok(hideOrientation(file.subarray(0, length)).length <= length);
  }
});
