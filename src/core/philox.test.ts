import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fork, keyFromSeed, philox4x32, RandomStream, shuffledIndices } from './philox.ts';

test('Philox 4x32-10 gives the known answers of its authors’ Random123', () => {
  const ones = 0xffffffff;
  const hex = (key: [number, number], ...counter: [number, number, number, number]) =>
    philox4x32(key, ...counter, [0, 0, 0, 0]).map((word) => word.toString(16).padStart(8, '0'));
  assert.deepEqual(hex([0, 0], 0, 0, 0, 0), ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']);
  assert.deepEqual(hex([ones, ones], ones, ones, ones, ones), [
    '408f276d',
    '41c83b0e',
    'a20bc7c6',
    '6d5451fd',
  ]);
  assert.deepEqual(hex([0xa4093822, 0x299f31d0], 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344), [
    'd16cfe09',
    '94fdcceb',
    '5001e420',
    '24126ea1',
  ]);
});

test('streams differ by seed, by name and by index, and repeat for the same', () => {
  const keys = [
    fork(keyFromSeed(1), 'split'),
    fork(keyFromSeed(2), 'split'),
    fork(keyFromSeed(1 + 2 ** 32), 'split'),
    fork(keyFromSeed(1), 'epoch', 1),
    fork(keyFromSeed(1), 'epoch', 2),
  ].map((key) => key.join());
  assert.equal(new Set(keys).size, keys.length);
  assert.deepEqual(fork(keyFromSeed(1), 'split'), fork(keyFromSeed(1), 'split'));
});

test('a shuffle is a permutation, and every place is taken by every number about equally often', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(), (length, seed) => {
      const order = shuffledIndices(length, keyFromSeed(seed));
      assert.deepEqual(
        [...order].sort((a, b) => a - b),
        Array.from({ length }, (_, i) => i),
      );
    }),
  );
  const counts = new Float64Array(25);
  const draws = 5000;
  for (let seed = 0; seed < draws; seed++) {
    shuffledIndices(5, keyFromSeed(seed)).forEach((value, place) => {
      counts[place * 5 + value] += 1;
    });
  }
  // Chi-squared with 16 degrees of freedom: 45 is passed once in ten thousand.
  const expected = draws / 5;
  const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  assert.ok(chiSquared < 45, `chi-squared ${chiSquared}`);
});

test('floats are in [0, 1), integers below their bound, both with the right mean', () => {
  const random = new RandomStream(keyFromSeed(3));
  let floats = 0;
  let integers = 0;
  for (let i = 0; i < 20_000; i++) {
    const float = random.nextFloat();
    const integer = random.nextBelow(7);
    assert.ok(float >= 0 && float < 1 && integer >= 0 && integer < 7);
    floats += float;
    integers += integer;
  }
  assert.ok(Math.abs(floats / 20_000 - 0.5) < 0.01);
  assert.ok(Math.abs(integers / 20_000 - 3) < 0.06);
});
