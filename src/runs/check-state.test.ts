import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tinyTrain } from '../../test/tiny-data.ts';
import { planModel } from '../model/plan.ts';
import { resolveConfig } from '../train/config.ts';
import type { EpochMetrics, TrainState } from '../train/events.ts';
import type { RunConfig, TrainSettings } from '../train/settings.ts';
import { checkState } from './check-state.ts';

/** 120 images, 24 of them held out: 12 steps of 8 images, the last one full. */
function makeConfig(settings: Partial<TrainSettings> = {}): RunConfig {
  const split = { length: 120, imagesSha256: 'ab'.repeat(32), labelsSha256: 'ab'.repeat(32) };
  const dataset = { ...tinyTrain.info, splits: { train: split, test: split } };
  return resolveConfig({
    dataset,
    settings: { hidden: [4], norm: 'batch', epochs: 3, batchSize: 8, validation: 0.2, ...settings },
  });
}

const row = (epoch: number): EpochMetrics => ({
  epoch,
  trainLoss: 1,
  validationLoss: 1,
  validationAccuracy: 0.5,
  learningRate: 0.1,
  seconds: 1,
});

function makeState(
  epoch: number,
  step: number,
  losses: number,
  changes: Partial<TrainState> = {},
): TrainState {
  const none = new Map<string, Float32Array>();
  return {
    epoch,
    step,
    losses: new Float32Array(losses),
    seconds: 1,
    history: Array.from({ length: epoch }, (_, i) => row(i + 1)),
    parameters: none,
    firstMoments: none,
    secondMoments: none,
    ...changes,
  };
}

const averages = (config: RunConfig, all: boolean) =>
  new Map(
    planModel(config.model)
      .parameters.filter(({ trained }) => trained || all)
      .map(({ name }) => [name, new Float32Array()]),
  );

test('what training leaves is taken', () => {
  const config = makeConfig();
  for (const state of [
    makeState(0, 0, 0),
    makeState(0, 5, 40),
    makeState(2, 11, 88),
    makeState(3, 0, 0),
    // Interrupted in its validation.
    makeState(2, 12, 96),
  ])
    checkState(state, config, 'state');
  const odd = makeConfig({ batchSize: 10 });
  checkState(makeState(1, 10, 96), odd, 'state');
  checkState(makeState(1, 9, 90), odd, 'state');
  const averaged = makeConfig({ average: 0.9 });
  checkState(makeState(1, 0, 0, { averages: averages(averaged, false) }), averaged, 'state');
  const swa = makeConfig({ swa: 0.5 });
  checkState(makeState(1, 0, 0, { averages: averages(swa, true) }), swa, 'state');
});

test('what no training of the config leaves is refused, and said', () => {
  const config = makeConfig();
  const averaged = makeConfig({ average: 0.9 });
  const swa = makeConfig({ swa: 0.5 });
  const cases: [state: TrainState, config: RunConfig, message: RegExp][] = [
    [makeState(4, 0, 0), config, /counts 4 epochs, but the config has 3/],
    [makeState(3, 1, 8), config, /steps after the last epoch/],
    [makeState(1, 13, 104), config, /counts 13 steps in the epoch, but an epoch has 12/],
    [makeState(1, 5, 39), config, /losses of 39 images, but 5 steps have 40/],
    [makeState(1, 0, 8), config, /losses of 8 images, but 0 steps have 0/],
    [makeState(2, 0, 0, { history: [row(1), row(3)] }), config, /row 2 of its history is for epoch 3/],
    [makeState(1, 0, 0, { averages: averages(config, false) }), config, /the config keeps none/],
    [makeState(1, 0, 0), averaged, /lacks the running average of fc1\.weight/],
    [makeState(1, 0, 0, { averages: averages(swa, false) }), swa, /lacks the running average of bn1\./],
  ];
  for (const [state, of, message] of cases)
    assert.throws(() => checkState(state, of, 'run/state.safetensors'), {
      kind: 'data',
      message: new RegExp(`^run/state\\.safetensors is not a checkpoint of this config: .*${message.source}`),
    });
});
