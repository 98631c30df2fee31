import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareOnSameImages, pairedDifference, signTest } from './mcnemar.ts';

test('the sign test gives the binomial tails counted by hand', () => {
  assert.equal(signTest(0, 0), 1);
  assert.equal(signTest(3, 3), 1);
  assert.equal(signTest(0, 5), 2 / 32);
  assert.equal(signTest(1, 9), signTest(9, 1));
  // (1 + 10) / 2^10, twice.
  assert.ok(Math.abs(signTest(1, 9) - 22 / 1024) < 1e-15);
});

test('sums of whole numbers agree with it for every count up to 40, and it holds for thousands', () => {
  for (let n = 1; n <= 40; n++) {
    let term = 1n;
    let sum = 0n;
    for (let k = 0; 2 * k <= n; k++) {
      sum += term;
      const exact = Math.min(1, (2 * Number(sum)) / 2 ** n);
      assert.ok(Math.abs(signTest(k, n - k) - exact) < 1e-13, `${k} of ${n}`);
      term = (term * BigInt(n - k)) / BigInt(k + 1);
    }
  }
  // Summed in fractions of whole numbers.
  assert.ok(Math.abs(signTest(1932, 2068) - 0.0327858809744129) < 1e-12);
  assert.ok(signTest(0, 3000) >= 0 && signTest(0, 3000) < 1e-300);
});

test('images are counted by who is right', () => {
  const labels = Uint16Array.of(0, 1, 2, 3, 4, 5);
  const first = Uint16Array.of(0, 1, 2, 9, 9, 9);
  const second = Uint16Array.of(0, 1, 9, 3, 8, 5);
  assert.deepEqual(compareOnSameImages(labels, first, second), {
    both: 2,
    onlyFirst: 1,
    onlySecond: 2,
    neither: 1,
    pValue: 1,
  });
  assert.throws(() => compareOnSameImages(labels, first, second.subarray(1)), { kind: 'usage' });
});

test('the interval of the difference is for pairs: it excludes 0 where the test finds a difference', () => {
  const counted = { both: 8407, neither: 948, onlyFirst: 295, onlySecond: 350, pValue: signTest(295, 350) };
  const { difference, interval } = pairedDifference(counted);
  assert.equal(difference, 0.0055);
  // 55 / 10,002 -+ 1.96 sqrt(646 - 55^2 / 10,002) / 10,002
  assert.ok(Math.abs(interval.low - 0.000519) < 1e-6 && Math.abs(interval.high - 0.010478) < 1e-6);
  assert.ok(counted.pValue < 0.05 && interval.low > 0);
  for (const [onlyFirst, onlySecond] of [
    [300, 340],
    [310, 372],
    [0, 6],
    [0, 4],
    [40, 12],
    [5, 5],
  ] as const) {
    const pair = { both: 9000, neither: 300, onlyFirst, onlySecond, pValue: 0 };
    const { low, high } = pairedDifference(pair).interval;
    assert.equal(low > 0 || high < 0, signTest(onlyFirst, onlySecond) < 0.05, `${onlyFirst}, ${onlySecond}`);
  }
  const empty = pairedDifference({ both: 0, neither: 0, onlyFirst: 0, onlySecond: 0, pValue: 1 });
  assert.deepEqual([empty.difference, empty.interval.low < 0, empty.interval.high > 0], [0, true, true]);
});
