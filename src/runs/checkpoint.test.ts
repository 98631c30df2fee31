import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planModel } from '../model/plan.ts';
import { multilayer } from '../model/spec.ts';
import type { TrainState } from '../train/events.ts';
import { decodeState, encodeState } from './checkpoint.ts';

const { parameters } = planModel(multilayer(4, [3], 2, [], { activation: 'relu', norm: 'batch' }));
const CONFIG = 'ab'.repeat(32);
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
  for (const each of states) {
    const bytes = await encodeState(parameters, each, CONFIG);
    assert.deepEqual(await decodeState(parameters, bytes, 'state.safetensors', CONFIG), each);
  }
});

test('losses that are no numbers come back as they were', async () => {
  const row = { epoch: 1, validationAccuracy: 0, learningRate: 1, seconds: 0 };
  for (const loss of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324]) {
    const history = [{ ...row, trainLoss: loss, validationLoss: loss }];
    const bytes = await encodeState(parameters, { ...state, epoch: 1, history }, CONFIG);
    const read = await decodeState(parameters, bytes, 'state.safetensors', CONFIG);
    assert.deepEqual(read.history, history);
  }
});

test('a checkpoint of another config is refused', async () => {
  const bytes = await encodeState(parameters, state, CONFIG);
  await assert.rejects(decodeState(parameters, bytes, 'state.safetensors', 'cd'.repeat(32)), {
    kind: 'data',
    message: 'state.safetensors was made with another config than the config of its run.',
  });
});
