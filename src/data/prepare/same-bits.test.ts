import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { RandomStream } from '../../core/philox.ts';
import { blurRows } from './blur.ts';
import { findObject, workingPicture } from './find-object.ts';
import { fillHoles } from './holes.ts';
import { takeMedian } from './median.ts';
import { majority } from './regions.ts';

/** Pictures of many sides, grounds and things: a disk, a ring, checks, stripes, specks, noise, nothing. */
function* pictures() {
  const random = new RandomStream([7, 11]);
  const sides = [1, 2, 3, 5, 28, 64, 90, 150];
  for (let k = 0; k < 56; k++) {
    const [width, height] = [sides[k % 8], sides[(k * 3 + (k >> 3)) % 8]];
    const data = new Uint8Array(width * height * 4);
    const [x, y] = [random.nextFloat() * width, random.nextFloat() * height];
    const [radius, noise] = [(random.nextFloat() * Math.max(width, height)) / 2, random.nextFloat() * 60];
    for (let i = 0; i < width * height; i++) {
      const [u, v] = [i % width, Math.floor(i / width)];
      const away = (u - x) ** 2 + (v - y) ** 2;
      const inside = away < radius * radius;
      const hollow = away < (radius * radius) / 4;
      const value = [
        inside ? 220 : 40,
        inside && !hollow ? 30 : 200 - (u * 40) / width,
        ((u >> 3) + (v >> 3)) % 2 ? 200 : 20,
        u % 9 < 3 ? 150 : 60,
        random.nextFloat() < 0.02 ? 255 : 0,
        random.nextFloat() * 255,
        128,
      ][k % 7];
      for (let c = 0; c < 3; c++) {
        const tinted = c === 2 ? value * 0.8 : value;
        data[i * 4 + c] = Math.max(0, Math.min(255, tinted + (random.nextFloat() - 0.5) * noise));
      }
      data[i * 4 + 3] = 255;
    }
    yield { data, width, height };
  }
}

test('objects are found to the bit as by the plain code of the first version', () => {
  const hash = createHash('sha256');
  let found = 0;
  for (const picture of pictures()) {
    const object = findObject(workingPicture(picture));
    if (object === undefined) continue;
    found += 1;
    hash.update(Uint8Array.from(object.mask.values)).update(JSON.stringify([object.box, object.lighter]));
  }
  assert.equal(found, 18);
  // Made with the code before its loops were made faster.
  assert.equal(hash.digest('hex'), 'b0ad94e5e45300348ea05d24fabc44d8d7148e261187197cdc45fa3abffca755');
});

const values = fc.array(fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: 0, max: 3 })), {
  maxLength: 200,
});

test('the median is the value in the middle of the sorted values', () => {
  assert.equal(takeMedian(new Float64Array()), 0);
  fc.assert(
    fc.property(values, (list) => {
      const sorted = Float64Array.from(list).sort();
      const { [list.length >> 1]: expected = 0 } = sorted;
      // 0 and -0 are the same.
      assert.ok(takeMedian(Float64Array.from(list)) === expected);
    }),
  );
});

const masks = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  .chain(([width, height]) =>
    fc
      .array(fc.integer({ min: 0, max: 1 }), { minLength: width * height, maxLength: width * height })
      .map((list) => ({ data: Uint8Array.from(list), width, height })),
  );

test('means and majorities are those of the pixels around each pixel', () => {
  fc.assert(
    fc.property(masks, ({ data, width, height }) => {
      const means = new Float64Array(data.length);
      blurRows({
        ...{ width, height },
        fill: (y, row) => row.set(data.subarray(y * width, (y + 1) * width)),
        take: (y, row) => means.set(row, y * width),
      });
      const most = majority({ data, width, height }).data;
      for (let i = 0; i < data.length; i++) {
        const around = neighbors(i, width, height);
        const share = around.reduce((sum, j) => sum + data[j], 0) / around.length;
        assert.ok(Math.abs(means[i] - share) < 1e-12);
        assert.equal(most[i], share > 0.5 ? 1 : 0);
      }
    }),
  );
});

test('a hole is filled up to a size, and nothing that reaches the border', () => {
  fc.assert(
    fc.property(masks, fc.integer({ min: 0, max: 9 }), (mask, largest) => {
      const { data, width, height } = mask;
      const expected = data.slice();
      const seen = new Set<number>();
      for (let start = 0; start < data.length; start++) {
        if (data[start] || seen.has(start)) continue;
        const region = [start];
        seen.add(start);
        for (const i of region)
          for (const j of neighbors(i, width, height))
            if (!data[j] && !seen.has(j)) {
              seen.add(j);
              region.push(j);
            }
        const atBorder = region.some(
          (i) => i % width === 0 || i % width === width - 1 || i < width || i >= data.length - width,
        );
        if (!atBorder && region.length <= largest) for (const i of region) expected[i] = 1;
      }
      assert.deepEqual(fillHoles(mask, largest).data, expected);
    }),
  );
});

/** A pixel and those that touch it. */
function neighbors(i: number, width: number, height: number): number[] {
  const [x, y] = [i % width, Math.floor(i / width)];
  const found: number[] = [];
  for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++)
    for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) found.push(v * width + u);
  return found;
}
