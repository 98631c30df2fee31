/** Numbers that every backend must derive alike: Adam's and dropout's scalars, rounded to float32 once, here. */

import type { AdamOptions } from './backend.ts';

/** beta1, 1 - beta1, beta2, 1 - beta2, epsilon, as float32. */
export function adamConstants({ beta1, beta2, epsilon }: AdamOptions): Float32Array {
  return Float32Array.of(beta1, 1 - beta1, beta2, 1 - beta2, epsilon);
}

/**
 * For each step two float32: learning rate / (1 - beta1^t) and 1 / sqrt(1 - beta2^t), with t counted from 1.
 * Powers are running products: `Math.pow` may differ between engines.
 */
export function adamScalars(adam: AdamOptions, firstStep: number, learningRates: Float32Array): Float32Array {
  const scalars = new Float32Array(learningRates.length * 2);
  let power1 = 1;
  let power2 = 1;
  for (let step = 0; step < firstStep + learningRates.length; step++) {
    power1 *= adam.beta1;
    power2 *= adam.beta2;
    if (step < firstStep) continue;
    const i = step - firstStep;
    scalars[2 * i] = learningRates[i] / (1 - power1);
    scalars[2 * i + 1] = 1 / Math.sqrt(1 - power2);
  }
  return scalars;
}

/** A random word below the threshold drops its value; the others are multiplied by `scale`. */
export interface DropoutScalars {
  readonly threshold: number;
  readonly scale: number;
}

export function dropoutScalars(p: number): DropoutScalars {
  return { threshold: Math.floor(p * 2 ** 32), scale: Math.fround(1 / (1 - p)) };
}
