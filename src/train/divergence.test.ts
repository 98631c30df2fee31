import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFiniteState, Divergence } from './divergence.ts';
import type { TrainState } from './events.ts';

const tensors = (...values: number[]) => new Map([['bn1.running_var', Float32Array.from(values)]]);

const state: TrainState = {
  epoch: 2,
  step: 0,
  losses: new Float32Array(),
  seconds: 0,
  history: [],
  parameters: tensors(1, -0, 3e38, 1e-45),
  firstMoments: tensors(0),
  secondMoments: tensors(0),
  averages: tensors(0),
};

test('a state of numbers passes, the largest and the smallest too', () => {
  checkFiniteState(state, 3, 0.1);
  const { averages: _, ...bare } = state;
  checkFiniteState(bare, 3, 0.1);
});

test('one value that is none is divergence, in whatever role, and the tensor is named', () => {
  const roles = [
    ['parameters', 'bn1'],
    ['firstMoments', 'the first moment of bn1'],
    ['secondMoments', 'the second moment of bn1'],
    ['averages', 'the running average of bn1'],
  ] as const;
  for (const [role, words] of roles)
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      assert.throws(
        () => checkFiniteState({ ...state, [role]: tensors(1, value, 2) }, 3, 0.1),
        (error) => {
          assert.ok(error instanceof Divergence);
          assert.equal(error.kind, 'runtime');
          assert.equal(
            error.message,
            `Training diverged in epoch 3: ${words}.running_var contains values that are not finite.`,
          );
          return /learning rate below 0\.1/.test(error.hint ?? '');
        },
      );
});
