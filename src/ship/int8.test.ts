import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyFromSeed, RandomStream } from '../core/philox.ts';
import { quantizeRows, restoreRows } from './int8.ts';

const COLUMNS = 64;

/** Rows of sums of twelve uniform numbers: about normal. */
function matrix(rows: number, seed: number): Float32Array {
  const random = new RandomStream(keyFromSeed(seed));
  return Float32Array.from({ length: rows * COLUMNS }, (_, i) => {
    let sum = -6;
    for (let j = 0; j < 12; j++) sum += random.nextFloat();
    return sum * 10 ** (Math.floor(i / COLUMNS) - 4);
  });
}

const squares = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);

test('no weight within the scale is off by more than half a step, and the others are clipped to its end', () => {
  const weights = matrix(8, 1);
  const { values, scales } = quantizeRows(weights, COLUMNS);
  const restored = restoreRows({ values, scales }, COLUMNS);
  weights.forEach((weight, i) => {
    const scale = scales[Math.floor(i / COLUMNS)];
    assert.ok(Math.abs(values[i]) <= 127);
    if (Math.abs(weight) <= 127 * scale)
      assert.ok(Math.abs(restored[i] - weight) <= scale * 0.5000001, `${weight} as ${restored[i]}`);
    else assert.equal(values[i], Math.sign(weight) * 127);
  });
});

test('a row with an outlier is clipped where that costs less, and no row does worse than unclipped', () => {
  const weights = matrix(8, 2);
  // A weight far out, in a row of many small ones.
  const row = Float32Array.from({ length: 2048 }, (_, i) => 0.004 * Math.sin(i));
  row[5] = 1;
  for (const [values, columns] of [
    [weights, COLUMNS],
    [row, row.length],
  ] as const) {
    const chosen = quantizeRows(values, columns);
    for (let start = 0; start < values.length; start += columns) {
      const own = values.subarray(start, start + columns);
      const step = Math.fround(own.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127);
      const plain = own.map((value) => Math.round(value / step) * step);
      const found = restoreRows(chosen, columns).subarray(start, start + columns);
      assert.ok(squares(own, found) <= squares(own, plain) * (1 + 1e-6));
    }
  }
  const mild = Float32Array.from({ length: 32_768 }, (_, i) => 0.3 * Math.sin(i));
  mild[9] = 0.32;
  const { scales } = quantizeRows(mild, mild.length);
  assert.ok(scales[0] < (0.32 / 127) * 0.97, `scale ${scales[0]} is not clipped`);
});

test('a row of zeros stays one', () => {
  const { values, scales } = quantizeRows(new Float32Array(2 * COLUMNS).fill(0.5, COLUMNS), COLUMNS);
  assert.ok(scales.every((scale) => scale > 0));
  const restored = restoreRows({ values, scales }, COLUMNS);
  assert.ok(restored.subarray(0, COLUMNS).every((value) => value === 0));
  assert.ok(restored.subarray(COLUMNS).every((value) => Math.abs(value - 0.5) < 1e-6));
});

test('what was quantized before comes out as it was, to the bit', () => {
  for (let seed = 3; seed < 40; seed++) {
    // Rows of many scales, some of them zeros, some clipped.
    const weights = matrix(8, seed).fill(0, 5 * COLUMNS, 6 * COLUMNS);
    weights[7] *= 20;
    const once = quantizeRows(weights, COLUMNS);
    const restored = restoreRows(once, COLUMNS);
    const twice = quantizeRows(restored, COLUMNS);
    assert.deepEqual(twice, once);
    assert.deepEqual(restoreRows(twice, COLUMNS), restored);
  }
});

test('in blocks, large weights do not take from the others of their row, and what was quantized before comes out as it was', () => {
  const columns = 72;
  // A large weight in the first block of each row, and a last block of 8.
  const weights = Float32Array.from({ length: 8 * columns }, (_, i) =>
    i % columns === 3 ? 1000 : Math.sin(i),
  );
  const [rows, blocks] = [columns, 32].map((block) => {
    const quantized = quantizeRows(weights, columns, block);
    return { quantized, restored: restoreRows(quantized, columns, block) };
  });
  assert.equal(blocks.quantized.scales.length, 8 * 3);
  const far = (restored: Float32Array): number =>
    squares(
      weights.filter((_, i) => i % columns >= 32),
      restored.filter((_, i) => i % columns >= 32),
    );
  assert.ok(far(blocks.restored) < far(rows.restored) / 1000);
  assert.deepEqual(quantizeRows(blocks.restored, columns, 32), blocks.quantized);
});
