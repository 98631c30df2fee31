import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareOnSameImages, signTest } from './mcnemar.ts';

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
