import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromFloat16, toFloat16 } from './float16.ts';

test('halves have the values that IEEE 754 gives them', () => {
  const known: [number, number][] = [
    [0x0000, 0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65_504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
  ];
  for (const [half, value] of known) assert.equal(fromFloat16(half), value, half.toString(16));
  assert.ok(Object.is(fromFloat16(0x8000), -0));
});

test('every finite half is its own nearest', () => {
  for (let half = 0; half < 0x10000; half++)
    if (!Number.isNaN(fromFloat16(half))) assert.equal(toFloat16(fromFloat16(half)), half, half.toString(16));
  assert.ok(Number.isNaN(fromFloat16(toFloat16(Number.NaN))));
});

test('a float32 goes to the nearest half, of two equally near ones to the even one', () => {
  const check = (value: number): void => {
    const half = toFloat16(value);
    const distance = Math.abs(fromFloat16(half) - value);
    for (const other of [half - 1, half + 1]) {
      if ((other & 0x7fff) > 0x7bff || (other & 0x8000) !== (half & 0x8000)) continue;
      const rival = Math.abs(fromFloat16(other) - value);
      assert.ok(
        distance < rival || (distance === rival && half % 2 === 0),
        `${value} as ${half.toString(16)}`,
      );
    }
  };
  fc.assert(fc.property(fc.float({ min: -65_504, max: 65_504, noNaN: true }), check), { numRuns: 2000 });
  fc.assert(fc.property(fc.float({ min: -1, max: 1, noNaN: true }), check), { numRuns: 2000 });
  // Halfway between neighbors, and a float32 to either side.
  for (let half = 0; half < 0x7bff; half += 7) {
    const middle = (fromFloat16(half) + fromFloat16(half + 1)) / 2;
    assert.equal(toFloat16(middle), half % 2 === 0 ? half : half + 1);
    assert.equal(toFloat16(Math.fround(middle * (1 - 2 ** -23))), half);
    assert.equal(toFloat16(Math.fround(middle * (1 + 2 ** -23))), half + 1);
  }
});

test('what is past the largest half is infinite from halfway on', () => {
  assert.equal(toFloat16(65_519), 0x7bff);
  assert.equal(toFloat16(65_520), 0x7c00);
  assert.equal(toFloat16(1e30), 0x7c00);
  assert.equal(toFloat16(-1e30), 0xfc00);
  assert.equal(toFloat16(1e-10), 0);
  assert.equal(toFloat16(-1e-10), 0x8000);
});
