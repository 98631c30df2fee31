import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyFromSeed, RandomStream } from '../core/philox.ts';
import { type Eigenpair, largestEigenpairs, symmetricEigenpairs } from './eigen.ts';

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0);
const productOf = (matrix: readonly (readonly number[])[]) => (vector: Float64Array) =>
  Float64Array.from(matrix, (row) => dot(row, vector));
const values = (pairs: readonly Eigenpair[]) => pairs.map(({ value }) => value);

function symmetric(size: number, element: (i: number, j: number) => number): number[][] {
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (__, j) => element(Math.min(i, j), Math.max(i, j))),
  );
}

/** Every pair satisfies A v = value v, and the vectors are orthonormal. */
function checkPairs(matrix: readonly (readonly number[])[], pairs: readonly Eigenpair[], tolerance: number) {
  pairs.forEach(({ value, vector }, i) => {
    productOf(matrix)(vector).forEach((element, j) => {
      assert.ok(Math.abs(element - value * vector[j]) < tolerance);
    });
    pairs.forEach((other, j) => {
      assert.ok(Math.abs(dot(vector, other.vector) - (i === j ? 1 : 0)) < 1e-12);
    });
  });
}

/** Springs in a row: eigenvalue k is 2 - 2 cos(k pi / (size + 1)). */
const springs = (size: number) => symmetric(size, (i, j) => (i === j ? 2 : j - i === 1 ? -1 : 0));
const springValues = (size: number) =>
  Array.from({ length: size }, (_, k) => 2 - 2 * Math.cos(((size - k) * Math.PI) / (size + 1)));

test('a matrix of two, by hand: eigenvalues 3 and 1', () => {
  const pairs = symmetricEigenpairs([
    [2, 1],
    [1, 2],
  ]);
  assert.deepEqual(
    values(pairs).map((value) => Math.round(value * 1e12) / 1e12),
    [3, 1],
  );
  assert.ok(Math.abs(Math.abs(pairs[0].vector[0]) - Math.SQRT1_2) < 1e-15);
  assert.ok(Math.abs(pairs[0].vector[0] - pairs[0].vector[1]) < 1e-15);
});

test('eigenvalues that are known in closed form', () => {
  const matrix = springs(24);
  const pairs = symmetricEigenpairs(matrix);
  checkPairs(matrix, pairs, 1e-13);
  springValues(24).forEach((value, k) => {
    assert.ok(Math.abs(pairs[k].value - value) < 1e-13);
  });
});

test('random, diagonal, repeated, zero: the pairs are right', () => {
  const random = new RandomStream(keyFromSeed(2));
  const drawn = new Map<number, number>();
  const draw = (i: number, j: number) => {
    const known = drawn.get(i * 100 + j) ?? random.nextFloat() - 0.5;
    drawn.set(i * 100 + j, known);
    return known;
  };
  for (const matrix of [
    symmetric(17, draw),
    symmetric(5, (i, j) => (i === j ? i - 2 : 0)),
    symmetric(6, () => 1),
    symmetric(3, () => 0),
    [[-7]],
  ]) {
    const pairs = symmetricEigenpairs(matrix);
    checkPairs(matrix, pairs, 1e-12);
    const trace = matrix.reduce((sum, row, i) => sum + row[i], 0);
    assert.ok(Math.abs(values(pairs).reduce((a, b) => a + b) - trace) < 1e-12);
    assert.deepEqual(
      values(pairs),
      values(pairs).toSorted((a, b) => b - a),
    );
  }
});

test('the largest pairs alone, by products, are those of the whole matrix', () => {
  // Of rank 40, with eigenvalues that fall slowly.
  const random = new RandomStream(keyFromSeed(5));
  const factors = Array.from({ length: 40 }, () =>
    Float64Array.from({ length: 60 }, () => random.nextFloat() - 0.5),
  );
  const gram = symmetric(60, (i, j) => factors.reduce((sum, row) => sum + row[i] * row[j], 0));
  const whole = symmetricEigenpairs(gram);
  const pairs = largestEigenpairs(60, 2, productOf(gram));
  checkPairs(gram, pairs, 1e-10);
  pairs.forEach(({ value, vector }, i) => {
    assert.ok(Math.abs(value - whole[i].value) < 1e-12 * whole[0].value);
    assert.ok(Math.abs(Math.abs(dot(vector, whole[i].vector)) - 1) < 1e-12);
  });
  assert.deepEqual(largestEigenpairs(60, 2, productOf(gram)), pairs);
});

test('eigenvalues close together are told apart', () => {
  // The two largest of 80 are 3.9985 and 3.9940.
  const pairs = largestEigenpairs(80, 2, productOf(springs(80)));
  springValues(80)
    .slice(0, 2)
    .forEach((value, k) => {
      assert.ok(Math.abs(pairs[k].value - value) < 1e-9);
    });
});

test('equal eigenvalues, too small a rank, one dimension and nothing at all do no harm', () => {
  const identity = symmetric(30, (i, j) => (i === j ? 1 : 0));
  const line = symmetric(30, () => 1);
  const zero = symmetric(30, () => 0);
  for (const [matrix, expected] of [
    [identity, [1, 1]],
    [line, [30, 0]],
    [zero, [0, 0]],
    [[[4]], [4]],
  ] as const) {
    const pairs = largestEigenpairs(matrix.length, 2, productOf(matrix));
    checkPairs(matrix, pairs, 1e-10);
    assert.equal(pairs.length, expected.length);
    pairs.forEach(({ value }, i) => {
      assert.ok(Math.abs(value - expected[i]) < 1e-12);
    });
  }
});
