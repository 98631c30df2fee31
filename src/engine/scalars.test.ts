/** The numbers of a step: powers are products step by step, and end where they no longer change. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SCALAR, STEP_SCALARS, stepScalars } from './scalars.ts';

const optimizer = { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const;
const learningRates = Float32Array.of(0.1, 0.2);

/** Adam's two by the plainest loop. */
function plainly(firstStep: number): number[] {
  let [power1, power2] = [1, 1];
  const found: number[] = [];
  for (let step = 0; step < firstStep + learningRates.length; step++) {
    power1 *= optimizer.beta1;
    power2 *= optimizer.beta2;
    if (step < firstStep) continue;
    const rate = learningRates[step - firstStep];
    found.push(Math.fround(rate / (1 - power1)), Math.fround(1 / Math.sqrt(1 - power2)));
  }
  return found;
}

function sizes(firstStep: number): number[] {
  const scalars = stepScalars({ optimizer, firstStep, learningRates });
  return [0, STEP_SCALARS].flatMap((at) => [scalars[at + SCALAR.size], scalars[at + SCALAR.correction]]);
}

test('they are those of a product over every step, to the bit', () => {
  for (const firstStep of [0, 1, 7, 999, 7000, 740_000, 800_000])
    assert.deepEqual(sizes(firstStep), plainly(firstStep), String(firstStep));
});

test('a step as far as numbers go is not counted up to', () => {
  const started = performance.now();
  assert.deepEqual(sizes(2 ** 53 - 1), [learningRates[0], 1, learningRates[1], 1]);
  assert.ok(performance.now() - started < 1000);
});
