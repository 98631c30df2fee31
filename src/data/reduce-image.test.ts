import assert from 'node:assert/strict';
import { test } from 'node:test';
import { averageSquares, reducedShape, reduceImage } from './reduce-image.ts';

const shape = { width: 5, height: 3, channels: 3 } as const;
const pixels = Uint8Array.from({ length: 45 }, (_, i) => (i % 3) * 80 + Math.floor(i / 3));

test('squares of pixels become their mean, each channel by itself; the last are of fewer', () => {
  assert.deepEqual(reducedShape(shape, 2), { width: 3, height: 2, channels: 3 });
  // Of the places [[0, 1, 2, 3, 4], [5, …, 9], [10, …, 14]]: 0, 1, 5, 6; 2, 3, 7, 8; 4, 9; then the last row alone.
  const red = [3, 5, 6.5, 10.5, 12.5, 14];
  assert.deepEqual(
    [...(averageSquares(pixels, shape, 2) as Float64Array)],
    red.flatMap((value) => [value, value + 80, value + 160]),
  );
  assert.deepEqual([...reduceImage(pixels, shape, 2)].slice(6, 9), [7, 87, 167]);
  assert.deepEqual([...reduceImage(pixels, shape, 99)], [7, 87, 167]);
});

test('by one an image stays as it is', () => {
  assert.equal(reduceImage(pixels, shape, 1), pixels);
});
