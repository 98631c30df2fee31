/** Numbers that every backend must derive alike, rounded to float32 once, here. */

import type { OptimizerOptions, TrainRequest } from './backend.ts';

/** What an optimizer's kernel takes for all steps, as float32. */
export function optimizerConstants(optimizer: OptimizerOptions): Float32Array {
  if (optimizer.name === 'sgd') {
    const { momentum, weightDecay, nesterov, lasso } = optimizer;
    return Float32Array.of(momentum, weightDecay, nesterov ? 1 : 0, lasso?.threshold ?? 0);
  }
  const { beta1, beta2 } = optimizer;
  const betas = [beta1, 1 - beta1, beta2, 1 - beta2];
  return Float32Array.from(optimizer.name === 'adam' ? [...betas, optimizer.epsilon] : betas);
}

/** Float32 of one step in `stepScalars`. */
export const STEP_SCALARS = 6;

/**
 * What an optimizer's kernel takes for each step, STEP_SCALARS float32: the step's size, Adam's correction of the
 * second moment, what decoupled weight decay leaves of a weight; then the running average's decay and 1 minus that; and
 * what lasso takes off a weight.
 * With t counted from 1, Adam's size is learning rate / (1 - beta1^t) and its correction 1 / sqrt(1 - beta2^t). Powers
 * are running products: `Math.pow` may differ between engines.
 */
export function stepScalars(
  request: Pick<TrainRequest, 'optimizer' | 'firstStep' | 'learningRates' | 'averageDecays'>,
): Float32Array {
  const { optimizer, firstStep, learningRates, averageDecays } = request;
  const isAdam = optimizer.name === 'adam';
  const scalars = new Float32Array(learningRates.length * STEP_SCALARS);
  let power1 = 1;
  let power2 = 1;
  for (let step = 0; step < firstStep + learningRates.length; step++) {
    power1 *= isAdam ? optimizer.beta1 : 0;
    power2 *= isAdam ? optimizer.beta2 : 0;
    if (step < firstStep) continue;
    const i = step - firstStep;
    const decay = averageDecays?.[i] ?? 0;
    const size = learningRates[i] / (1 - power1);
    const isSgd = optimizer.name === 'sgd';
    const kept = isSgd ? 1 : 1 - learningRates[i] * optimizer.weightDecay;
    const lasso = isSgd ? learningRates[i] * (optimizer.lasso?.penalty ?? 0) : 0;
    scalars.set([size, 1 / Math.sqrt(1 - power2), kept, decay, 1 - decay, lasso], i * STEP_SCALARS);
  }
  return scalars;
}

/** Targets of label smoothing: for the image's own class, and for every other. */
export function smoothedTargets(labelSmoothing: number, classes: number): { own: number; other: number } {
  const other = Math.fround(labelSmoothing / classes);
  return { own: Math.fround(1 - labelSmoothing + labelSmoothing / classes), other };
}

/** A random word below the threshold drops its value; the others are multiplied by `scale`. */
export interface DropoutScalars {
  readonly threshold: number;
  readonly scale: number;
}

export function dropoutScalars(p: number): DropoutScalars {
  return { threshold: Math.floor(p * 2 ** 32), scale: Math.fround(1 / (1 - p)) };
}
