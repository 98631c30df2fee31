/** First values of the parameters: PyTorch's default for Linear, from the run's own random stream. */

import { fork, type Key, RandomStream } from '../core/philox.ts';
import type { Plan } from './program.ts';

/**
 * Every parameter of the plan, row-major: a Linear's uniform in ±1 / sqrt(fan_in), weight and bias alike
 * (torch.nn.Linear.reset_parameters), a norm's scale and running variance 1, its shift and running mean 0.
 * Each tensor has a stream of its own, forked by its name, so that adding a layer leaves the others' values as they
 * were.
 */
export function initialize(plan: Plan, runKey: Key): Map<string, Float32Array> {
  return new Map(
    plan.parameters.map(({ name, shape, layer, part }) => {
      const length = shape.reduce((product, n) => product * n, 1);
      if (part === 'weight' || part === 'bias') {
        const bound = Math.fround(1 / Math.sqrt(plan.layers[layer].in));
        return [name, uniform(length, bound, runKey, name)];
      }
      return [name, new Float32Array(length).fill(part === 'scale' || part === 'runningVariance' ? 1 : 0)];
    }),
  );
}

function uniform(length: number, bound: number, runKey: Key, name: string): Float32Array {
  const random = new RandomStream(fork(runKey, name));
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = Math.fround(random.nextFloat() * 2 - 1) * bound;
  return values;
}
