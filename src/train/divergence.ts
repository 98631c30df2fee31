/** Detects training with values that are not finite, before such a state is passed on. */

import { CoutureError } from '../core/errors.ts';
import type { TensorMap } from '../model/network.ts';
import type { TrainState } from './events.ts';

/** Training diverged. Earlier states remain valid. */
export class Divergence extends CoutureError {
  /** The rate at which it diverged, before the schedule. */
  readonly learningRate: number;

  constructor(message: string, learningRate: number) {
    super('runtime', message, { hint: `Use a learning rate below ${learningRate}.` });
    this.learningRate = learningRate;
  }
}

/**
 * Checks that every value of a state is finite, so that it can be continued and stored.
 * @param epoch counted from 1, for the message
 * @throws Divergence naming the first tensor that is not finite
 */
export function checkFiniteState(state: TrainState, epoch: number, learningRate: number): void {
  const roles: [words: string, tensors: TensorMap | undefined][] = [
    ['', state.parameters],
    ['the first moment of ', state.firstMoments],
    ['the second moment of ', state.secondMoments],
    ['the running average of ', state.averages],
  ];
  for (const [words, tensors = new Map()] of roles) {
    for (const [name, values] of tensors) {
      if (allFinite(values)) continue;
      const message = `Training diverged in epoch ${epoch}: ${words}${name} contains values that are not finite.`;
      throw new Divergence(message, learningRate);
    }
  }
}

/**
 * Any finite number times 0 is 0, and any other gives NaN: one sum takes a third of the time of a test of
 * each value.
 */
function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * 0;
  return sum === 0;
}
