/** First values of the parameters: PyTorch's default for Linear, from the run's own random stream. */

import { fork, type Key, RandomStream } from '../core/philox.ts';
import type { Plan } from './program.ts';

/**
 * Every parameter of the plan, row-major, uniform in ±1 / sqrt(fan_in), weight and bias alike
 * (torch.nn.Linear.reset_parameters). Each tensor has a stream of its own, forked by its name, so that adding
 * a layer leaves the others' values as they were.
 */
export function initialize(plan: Plan, runKey: Key): Map<string, Float32Array> {
  const tensors = new Map<string, Float32Array>();
  for (const layer of plan.layers) {
    const bound = Math.fround(1 / Math.sqrt(layer.in));
    tensors.set(`${layer.name}.weight`, uniform(layer.out * layer.in, bound, runKey, `${layer.name}.weight`));
    tensors.set(`${layer.name}.bias`, uniform(layer.out, bound, runKey, `${layer.name}.bias`));
  }
  return tensors;
}

function uniform(length: number, bound: number, runKey: Key, name: string): Float32Array {
  const random = new RandomStream(fork(runKey, name));
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = Math.fround(random.nextFloat() * 2 - 1) * bound;
  return values;
}
