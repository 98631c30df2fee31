/** The optimizers stated once, plainly, elementwise, each operation rounded to float32; see `scalars.ts` for the numbers. */

import { STEP_SCALARS } from '../scalars.ts';

const f = Math.fround;

/** One parameter's tensors, all of one length. */
export interface Updated {
  readonly value: Float32Array;
  readonly gradient: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
}

/** One step of Adam with decoupled weight decay, in the order of torch.optim.AdamW. */
export function adamStep(
  tensors: Updated,
  constants: Float32Array,
  scalars: Float32Array,
  step: number,
): void {
  const { value, gradient, firstMoment, secondMoment } = tensors;
  const [beta1, rest1, beta2, rest2, epsilon] = constants;
  const [size, correction, kept] = scalars.subarray(step * STEP_SCALARS);
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
  const [momentum, weightDecay, nesterov] = constants;
  const size = scalars[step * STEP_SCALARS];
  for (let i = 0; i < value.length; i++) {
    const g = f(gradient[i] + f(weightDecay * value[i]));
    firstMoment[i] = f(f(momentum * firstMoment[i]) + g);
    const direction = nesterov > 0 ? f(g + f(momentum * firstMoment[i])) : firstMoment[i];
    value[i] = f(value[i] - f(size * direction));
  }
}

/** The running average after a step: decay * average + (1 - decay) * value. */
export function averageStep(
  average: Float32Array,
  value: Float32Array,
  scalars: Float32Array,
  step: number,
): void {
  const [decay, rest] = scalars.subarray(step * STEP_SCALARS + 3);
  for (let i = 0; i < value.length; i++) average[i] = f(f(decay * average[i]) + f(rest * value[i]));
}
