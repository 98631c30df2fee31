import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planModel } from '../model/plan.ts';
import { multilayer } from '../model/spec.ts';
import type { TrainState } from '../train/events.ts';
import { decodeState, encodeState } from './checkpoint.ts';

const { parameters } = planModel(multilayer(4, [3], 2, [], { activation: 'relu', norm: 'batch' }));
const trained = parameters.filter((parameter) => parameter.trained);

/** Tensors of these parameters, no two values alike. */
function tensorsOf(of: typeof parameters, start: number): Map<string, Float32Array> {
  let next = start;
  return new Map(
    of.map(({ name, shape }) => {
      const length = shape.reduce((product, size) => product * size, 1);
      return [name, Float32Array.from({ length }, () => next++ / 8)];
    }),
  );
}

const state: TrainState = {
  epoch: 0,
  step: 2,
  losses: Float32Array.of(1, 2),
  seconds: 3,
  history: [],
  parameters: tensorsOf(parameters, 0),
  firstMoments: tensorsOf(trained, 100),
  secondMoments: tensorsOf(trained, 200),
};

test('averages come back as they went in: none, of trained parameters, or of all', async () => {
  const states = [
    state,
    { ...state, averages: tensorsOf(trained, 300) },
    { ...state, averages: tensorsOf(parameters, 400) },
  ];
  assert.ok(trained.length < parameters.length);
  for (const each of states)
    assert.deepEqual(
      await decodeState(parameters, await encodeState(parameters, each), 'state.safetensors'),
      each,
    );
});
