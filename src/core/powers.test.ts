import assert from 'node:assert/strict';
import { test } from 'node:test';
import { power, root } from './powers.ts';

test('powers are products', () => {
  assert.deepEqual(
    [0, 1, 2, 5, 10].map((exponent) => power(3, exponent)),
    [1, 3, 9, 243, 59_049],
  );
  assert.equal(power(0.5, 1074), 2 ** -1074);
});

test('a root is the largest number whose power does not pass the value', () => {
  assert.equal(root(59_049, 10), 3);
  assert.equal(root(1, 7), 1);
  assert.equal(root(5, 1), 5);
  for (const [value, degree] of [
    [1e6, 399],
    [1e8, 99_999],
    [2, 2],
    [1.0001, 19],
  ]) {
    const found = root(value, degree);
    assert.ok(Math.abs(found - value ** (1 / degree)) < 1e-15 * found * 4, `${value} ${degree}: ${found}`);
    assert.ok(power(found, degree) <= value);
  }
});
