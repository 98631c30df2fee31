/** The optimizers stated once, plainly, elementwise, each operation rounded to float32; see `scalars.ts` for the numbers. */

import { CONSTANT, SCALAR, SGD_CONSTANT, STEP_SCALARS } from '../scalars.ts';

const f = Math.fround;

/** One parameter's tensors, all of one length. */
export interface Updated {
  readonly value: Float32Array;
  readonly gradient: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
}

/** Makes a step's first loss NaN if the step made a value that is not finite: the training has diverged. */
export function markDiverged(value: Float32Array, losses: Float32Array): void {
  if (!value.every(Number.isFinite)) losses[0] = Number.NaN;
}

/** One step of Adam with decoupled weight decay, in the order of torch.optim.AdamW. */
export function adamStep(
  tensors: Updated,
  constants: Float32Array,
  scalars: Float32Array,
  step: number,
): void {
  const { value, gradient, firstMoment, secondMoment } = tensors;
  const { beta1, rest1, beta2, rest2 } = betasOf(constants);
  const epsilon = constants[CONSTANT.epsilon];
  const size = scalars[step * STEP_SCALARS + SCALAR.size];
  const correction = scalars[step * STEP_SCALARS + SCALAR.correction];
  const kept = scalars[step * STEP_SCALARS + SCALAR.kept];
  for (let i = 0; i < value.length; i++) {
    const g = gradient[i];
    firstMoment[i] = f(f(beta1 * firstMoment[i]) + f(rest1 * g));
    secondMoment[i] = f(f(beta2 * secondMoment[i]) + f(f(rest2 * g) * g));
    const denominator = f(f(f(Math.sqrt(secondMoment[i])) * correction) + epsilon);
    value[i] = f(f(value[i] * kept) - f(f(size * firstMoment[i]) / denominator));
  }
}

/** One step of stochastic gradient descent with momentum, in the order of torch.optim.SGD. */
export function sgdStep(
  tensors: Updated,
  constants: Float32Array,
  scalars: Float32Array,
  step: number,
): void {
  const { value, gradient, firstMoment } = tensors;
  const momentum = constants[SGD_CONSTANT.momentum];
  const weightDecay = constants[SGD_CONSTANT.weightDecay];
  const nesterov = constants[SGD_CONSTANT.nesterov];
  const size = scalars[step * STEP_SCALARS + SCALAR.size];
  for (let i = 0; i < value.length; i++) {
    const g = f(gradient[i] + f(weightDecay * value[i]));
    firstMoment[i] = f(f(momentum * firstMoment[i]) + g);
    const direction = nesterov > 0 ? f(g + f(momentum * firstMoment[i])) : firstMoment[i];
    value[i] = f(value[i] - f(size * direction));
  }
}

/** One step of Lion with decoupled weight decay, in the order of its authors' code. */
export function lionStep(
  tensors: Updated,
  constants: Float32Array,
  scalars: Float32Array,
  step: number,
): void {
  const { value, gradient, firstMoment } = tensors;
  const { beta1, rest1, beta2, rest2 } = betasOf(constants);
  const size = scalars[step * STEP_SCALARS + SCALAR.size];
  const kept = scalars[step * STEP_SCALARS + SCALAR.kept];
  for (let i = 0; i < value.length; i++) {
    const g = gradient[i];
    const direction = f(f(beta1 * firstMoment[i]) + f(rest1 * g));
    value[i] = f(f(value[i] * kept) - size * sign(direction));
    firstMoment[i] = f(f(beta2 * firstMoment[i]) + f(rest2 * g));
  }
}

/** Applies lasso to weights after a step of `sgdStep`: each moves nearer to 0, and small ones become 0. */
export function lassoStep(
  value: Float32Array,
  constants: Float32Array,
  scalars: Float32Array,
  step: number,
): void {
  const threshold = constants[SGD_CONSTANT.threshold];
  const shrinkage = scalars[step * STEP_SCALARS + SCALAR.shrinkage];
  for (let i = 0; i < value.length; i++) {
    const shrunk = f(value[i] - shrinkage * sign(value[i]));
    value[i] = Math.abs(shrunk) < threshold ? 0 : shrunk;
  }
}

/** The decays of the moments, and the share of the gradient in each. */
function betasOf(constants: Float32Array) {
  return {
    beta1: constants[CONSTANT.beta1],
    rest1: constants[CONSTANT.rest1],
    beta2: constants[CONSTANT.beta2],
    rest2: constants[CONSTANT.rest2],
  };
}

/** 1 above 0, -1 below 0, otherwise 0. */
function sign(x: number): number {
  return x > 0 ? 1 : x < 0 ? -1 : 0;
}

/** The running average after a step: decay * average + (1 - decay) * value. */
export function averageStep(
  average: Float32Array,
  value: Float32Array,
  scalars: Float32Array,
  step: number,
): void {
  const decay = scalars[step * STEP_SCALARS + SCALAR.decay];
  const rest = scalars[step * STEP_SCALARS + SCALAR.rest];
  for (let i = 0; i < value.length; i++) average[i] = f(f(decay * average[i]) + f(rest * value[i]));
}

/**
 * The sum of squares of gradients, one after the other: of an output, its weights in the order of the inputs and its bias;
 * of a norm's feature, its scale and its shift.
 */
export function squaresOf(gradients: readonly number[]): number {
  let sum = 0;
  for (const g of gradients) sum = f(sum + f(g * g));
  return sum;
}

/**
 * The factor that takes the whole gradient's norm down to `largest`, and 1 where it is below, as
 * torch.nn.utils.clip_grad_norm_.
 * @param squares the results of squaresOf for each output and each feature of a norm, layer after layer; added in
 * float64
 */
export function clipFactor(squares: readonly number[], largest: number): number {
  const norm = f(Math.sqrt(squares.reduce((sum, square) => sum + square, 0)));
  return Math.min(1, f(f(largest) / f(norm + f(1e-6))));
}

/** A gradient times the factor of `clipFactor`, in place. */
export function scaleGradient(gradient: Float32Array, factor: number): void {
  for (let i = 0; i < gradient.length; i++) gradient[i] = f(gradient[i] * factor);
}
