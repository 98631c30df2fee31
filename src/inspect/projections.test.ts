import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyFromSeed, RandomStream } from '../core/philox.ts';
import { principalComponents, umap } from './projections.ts';

const near = (actual: number, expected: number, tolerance = 1e-6) =>
  assert.ok(Math.abs(actual - expected) < tolerance, `${actual} is not ${expected}`);

/** Three groups of 30 rows of 8 values, far from each other. */
function groups(): Float32Array {
  const random = new RandomStream(keyFromSeed(6));
  return Float32Array.from({ length: 90 * 8 }, (_, i) => {
    const [group, column] = [Math.floor(i / 8 / 30), i % 8];
    return random.nextFloat() + (column === group ? 20 : 0);
  });
}

test('points on a line are explained by one axis, in full', () => {
  // Row t is (1, 2, 2) t + (5, 6, 7), with t = -1, 0, 4: the mean of t is 1, and (1, 2, 2) is 3 long.
  const values = Float32Array.from([-1, 0, 4].flatMap((t) => [t + 5, 2 * t + 6, 2 * t + 7]));
  const { points, explained } = principalComponents(values, 3);
  near(explained[0], 1);
  near(explained[1], 0);
  [-6, 0, -3, 0, 9, 0].forEach((value, i) => {
    near(points[i], value);
  });
});

test('a cloud with known axes: along (3, 4) and (-4, 3), variances 8 and 2', () => {
  // a (0.6, 0.8) + b (-0.8, 0.6) with (a, b) = (±4, 0), (0, ±2): sums of squares 32 and 8.
  const steps = [
    [4, 0],
    [-4, 0],
    [0, 2],
    [0, -2],
  ];
  const values = Float32Array.from(steps.flatMap(([a, b]) => [0.6 * a - 0.8 * b, 0.8 * a + 0.6 * b]));
  const { points, explained } = principalComponents(values, 2);
  near(explained[0], 0.8);
  near(explained[1], 0.2);
  // The second axis points to where its largest component, the first, is positive: (0.8, -0.6).
  [4, 0, -4, 0, 0, -2, 0, 2].forEach((value, i) => {
    near(points[i], value);
  });
});

test('distances in the plane are those between the rows, where two axes explain all', () => {
  const random = new RandomStream(keyFromSeed(9));
  const width = 100;
  const [u, v] = [0, 1].map(() => Array.from({ length: width }, () => random.nextFloat() - 0.5));
  const flat = Array.from({ length: 40 }, () => {
    const [a, b] = [random.nextFloat(), random.nextFloat()];
    return u.map((value, j) => 3 * a * value + b * v[j] + 10);
  });
  const { points, explained } = principalComponents(Float32Array.from(flat.flat()), width);
  near(explained[0] + explained[1], 1);
  for (let i = 1; i < 40; i++) {
    const apart = Math.hypot(...flat[i].map((value, j) => value - flat[i - 1][j]));
    const inPlane = Math.hypot(points[2 * i] - points[2 * i - 2], points[2 * i + 1] - points[2 * i - 1]);
    near(inPlane, apart, 1e-4);
  }
});

test('one column, equal rows and no rows make points as well; what is not finite does not', () => {
  const one = principalComponents(Float32Array.of(1, 2, 6), 1);
  assert.deepEqual(one, { points: Float32Array.of(-2, 0, -1, 0, 3, 0), explained: [1, 0] });
  const same = principalComponents(new Float32Array(12).fill(3), 4);
  assert.deepEqual(same, { points: new Float32Array(6), explained: [0, 0] });
  assert.deepEqual(principalComponents(new Float32Array(), 4).points, new Float32Array());
  assert.throws(() => principalComponents(Float32Array.of(1, Number.NaN, 2, 3), 2), { kind: 'runtime' });
});

test('UMAP keeps groups apart, the same way each time for a key', async () => {
  const shares: number[] = [];
  const key = keyFromSeed(1);
  const points = await umap(groups(), 8, { key, onProgress: (done) => shares.push(done) });
  assert.equal(points?.length, 180);
  let agree = 0;
  for (let i = 0; i < 90; i++) {
    const distances = Array.from({ length: 90 }, (_, j) =>
      i === j ? Infinity : Math.hypot(points[2 * i] - points[2 * j], points[2 * i + 1] - points[2 * j + 1]),
    );
    const nearest = distances.indexOf(Math.min(...distances));
    if (Math.floor(nearest / 30) === Math.floor(i / 30)) agree += 1;
  }
  assert.equal(agree, 90);
  assert.equal(shares.at(-1), 1);
  assert.deepEqual(
    shares,
    shares.toSorted((a, b) => a - b),
  );
  assert.deepEqual(await umap(groups(), 8, { key }), points);
  assert.notDeepEqual(await umap(groups(), 8, { key: keyFromSeed(2) }), points);
});

test('UMAP wants a few rows, and can be stopped', async () => {
  const options = { key: keyFromSeed(1) };
  assert.equal(await umap(Float32Array.of(1, 2, 3), 1, options), undefined);
  assert.equal((await umap(Float32Array.of(1, 2, 3, 9), 1, options))?.length, 8);
  const signal = AbortSignal.abort();
  await assert.rejects(umap(groups(), 8, { ...options, signal }), { kind: 'interrupted' });
});
