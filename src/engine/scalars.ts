/** Numbers that must be the same in every backend, rounded to float32 once, here. */

import type { OptimizerOptions, TrainRequest } from './backend.ts';

/** Places of the numbers in `optimizerConstants`: those of adam and lion, and those of sgd. */
export const CONSTANT = { beta1: 0, rest1: 1, beta2: 2, rest2: 3, epsilon: 4 } as const;
export const SGD_CONSTANT = { momentum: 0, weightDecay: 1, nesterov: 2, threshold: 3 } as const;

/** The numbers of an optimizer's kernel for all steps, as float32. */
export function optimizerConstants(optimizer: OptimizerOptions): Float32Array {
  const constants = new Float32Array(Object.keys(CONSTANT).length);
  if (optimizer.name === 'sgd') {
    const { momentum, weightDecay, nesterov, lasso } = optimizer;
    constants[SGD_CONSTANT.momentum] = momentum;
    constants[SGD_CONSTANT.weightDecay] = weightDecay;
    constants[SGD_CONSTANT.nesterov] = nesterov ? 1 : 0;
    constants[SGD_CONSTANT.threshold] = lasso?.threshold ?? 0;
    return constants;
  }
  const { beta1, beta2 } = optimizer;
  constants[CONSTANT.beta1] = beta1;
  constants[CONSTANT.rest1] = 1 - beta1;
  constants[CONSTANT.beta2] = beta2;
  constants[CONSTANT.rest2] = 1 - beta2;
  if (optimizer.name === 'adam') constants[CONSTANT.epsilon] = optimizer.epsilon;
  return constants;
}

/** Places of the numbers of one step in `stepScalars`. */
export const SCALAR = { size: 0, correction: 1, kept: 2, decay: 3, rest: 4, shrinkage: 5 } as const;
/** How many these are. */
export const STEP_SCALARS = Object.keys(SCALAR).length;

/**
 * The numbers of an optimizer's kernel for each step, STEP_SCALARS float32: the step's size, Adam's correction of the
 * second moment, the factor of a weight under decoupled weight decay; then the running average's decay and 1 minus
 * that; and the amount that lasso subtracts from a weight.
 * With t counted from 1, Adam's size is learning rate / (1 - beta1^t) and its correction 1 / sqrt(1 - beta2^t). Powers
 * are running products: `Math.pow` may differ between engines.
 */
export function stepScalars(
  request: Pick<TrainRequest, 'optimizer' | 'firstStep' | 'learningRates' | 'averageDecays'>,
): Float32Array {
  const { optimizer, firstStep, learningRates, averageDecays } = request;
  const isAdam = optimizer.name === 'adam';
  const scalars = new Float32Array(learningRates.length * STEP_SCALARS);
  const [beta1, beta2] = isAdam ? [optimizer.beta1, optimizer.beta2] : [0, 0];
  let power1 = powerAfter(firstStep, beta1);
  let power2 = powerAfter(firstStep, beta2);
  for (let i = 0; i < learningRates.length; i++) {
    power1 *= beta1;
    power2 *= beta2;
    const at = i * STEP_SCALARS;
    const decay = averageDecays?.[i] ?? 0;
    const isSgd = optimizer.name === 'sgd';
    scalars[at + SCALAR.size] = learningRates[i] / (1 - power1);
    scalars[at + SCALAR.correction] = 1 / Math.sqrt(1 - power2);
    scalars[at + SCALAR.kept] = isSgd ? 1 : 1 - learningRates[i] * optimizer.weightDecay;
    scalars[at + SCALAR.decay] = decay;
    scalars[at + SCALAR.rest] = 1 - decay;
    scalars[at + SCALAR.shrinkage] = isSgd ? learningRates[i] * (optimizer.lasso?.penalty ?? 0) : 0;
  }
  return scalars;
}

/** A power as a running product, which ends when it no longer changes: a huge number of steps takes no longer. */
function powerAfter(steps: number, base: number): number {
  let power = 1;
  for (let step = 0; step < steps; step++) {
    const next = power * base;
    if (Object.is(next, power)) break;
    power = next;
  }
  return power;
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
