import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exponential, logarithm, normalBelow } from './exponential.ts';

const close = (found: number, wanted: number, tolerance: number): void =>
  assert.ok(Math.abs(found - wanted) <= tolerance * Math.abs(wanted), `${found} is not ${wanted}`);

test('exp and log agree with the engine to a few units in the last place', () => {
  for (let x = -708; x <= 709; x += 0.37) close(exponential(x), Math.exp(x), 2e-15);
  for (const x of [5e-300, 0.1, 0.5, 0.9999999, 1.0000001, Math.SQRT2, 2, 10, 1e300])
    close(logarithm(x), Math.log(x), 2e-15);
  for (let x = 0.01; x < 5; x += 0.0137) close(exponential(logarithm(x)), x, 4e-15);
});

test('the ends', () => {
  assert.deepEqual([exponential(-800), exponential(710), exponential(0)], [0, Number.POSITIVE_INFINITY, 1]);
  assert.deepEqual([logarithm(0), logarithm(1), logarithm(-1)], [Number.NEGATIVE_INFINITY, 0, Number.NaN]);
  assert.deepEqual([normalBelow(0), normalBelow(40), normalBelow(-40)], [0.5, 1, 0]);
});

test('the normal distribution has its published values', () => {
  // Abramowitz and Stegun, table 26.1, and P(Z < -7), P(Z < -10) of table 26.2 (from -log10 Q).
  const known: readonly (readonly [number, number])[] = [
    [-1, 0.15865525393145705],
    [1, 0.8413447460685429],
    [1.959963984540054, 0.975],
    [-3, 0.0013498980316300946],
    [-5, 2.8665157187919391e-7],
  ];
  for (const [x, wanted] of known) close(normalBelow(x), wanted, 1e-9);
  close(normalBelow(-7), 1.279812543885835e-12, 1e-9);
  close(normalBelow(-10), 7.619853024160527e-24, 1e-9);
  for (let x = 0; x < 9; x += 0.31) close(normalBelow(x) + normalBelow(-x), 1, 1e-14);
});
