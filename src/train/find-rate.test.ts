/** The finder on real networks: what it suggests trains, the bits do not depend on threads, and it stops when told. */

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { gray, makeDataset } from '../../test/dataset-fixture.ts';
import { keyFromSeed, RandomStream } from '../core/philox.ts';
import type { Dataset } from '../data/dataset.ts';
import { createBackend } from '../engine/create.ts';
import { multilayer } from '../model/spec.ts';
import { createNodeBackend } from '../platform/node/engine/backend.ts';
import { checkSettings } from './check-settings.ts';
import { type FindRateOptions, findRate } from './find-rate.ts';
import { readRateCurve, risingRates } from './rate-curve.ts';
import type { RunConfig, TrainSettings } from './settings.ts';
import { train } from './train.ts';

/** Three classes of 4 x 4 images, told apart by a bright row. */
const dataset: Dataset = (() => {
  const length = 1500;
  const random = new RandomStream(keyFromSeed(8));
  const labels = Uint16Array.from({ length }, () => random.nextBelow(3));
  const images = new Uint8Array(length * 16);
  labels.forEach((label, i) => {
    for (let p = 0; p < 16; p++) images[i * 16 + p] = random.nextBelow(200) + (p >> 2 === label ? 40 : 0);
  });
  const classNames = ['top', 'middle', 'low'];
  return makeDataset(gray(4, 4), classNames, images, labels);
})();

function config(settings: Partial<TrainSettings> = {}): RunConfig {
  const checked = checkSettings({ hidden: [], batchSize: 20, epochs: 2, patience: 1, ...settings });
  const { hidden, dropout } = checked;
  const model = multilayer(16, hidden, 3, dropout);
  return { version: 2, recipe: null, settings: checked, data: dataset.info, model };
}

const backend = await createBackend();
after(() => backend.dispose());

const find = (settings: Partial<TrainSettings> = {}, more: Partial<FindRateOptions> = {}) =>
  findRate(config(settings), { backend, dataset, ...more });

describe('softmax regression', () => {
  for (const optimizer of ['sgd', 'adam'] as const) {
    test(`by ${optimizer}: an epoch at the suggested rate beats one at a thirtieth or thirty times of it`, async () => {
      const { suggested = 0 } = await find({ optimizer }, { endRate: 100 });
      const losses: number[] = [];
      for (const learningRate of [suggested / 30, suggested, suggested * 30]) {
        const run = config({ optimizer, learningRate, epochs: 1 });
        for await (const event of train(run, { backend, dataset }))
          if (event.type === 'epoch') losses.push(event.metrics.validationLoss);
      }
      assert.ok(losses[1] < losses[0] && losses[1] < losses[2], `${suggested}: ${losses}`);
    });
  }
});

const everything: Partial<TrainSettings> = {
  hidden: [24],
  dropout: [0.3],
  ...{ labelSmoothing: 0.1, weightDecay: 0.01, average: 0.9 },
  ...{ flip: true, shift: 1, erase: 0.3 },
};

test('the same curve for any number of threads and on the reference backend', async () => {
  const one = await find(everything);
  const two = await createNodeBackend({ threads: 2 });
  const plain = await createBackend({ backend: 'reference' });
  try {
    assert.deepEqual(await find(everything, { backend: two }), one);
    assert.deepEqual(
      await find(everything, { backend: plain, steps: 30 }),
      await find(everything, { steps: 30 }),
    );
  } finally {
    await two.dispose();
    await plain.dispose();
  }
  assert.notDeepEqual((await find({ ...everything, seed: 2 })).losses, one.losses);
});

test('each setting that shapes a step shapes the curve; the learning rate and its schedule do not', async () => {
  const steps = 20;
  const { losses } = await find(everything, { steps });
  const changes: Partial<TrainSettings>[] = [
    ...[{ optimizer: 'sgd' as const }, { weightDecay: 0.5 }, { labelSmoothing: 0 }, { dropout: [] }],
    ...[{ flip: false }, { erase: 0 }, { augmentUntil: 0 }, { batchSize: 21 }],
  ];
  for (const change of changes)
    assert.notDeepEqual(
      (await find({ ...everything, ...change }, { steps })).losses,
      losses,
      JSON.stringify(change),
    );
  const same = { learningRate: 7, schedule: 'cosine', warmup: 1, epochs: 9, augmentUntil: 0.2 } as const;
  assert.deepEqual((await find({ ...everything, ...same }, { steps })).losses, losses);
});

test('it takes the steps of training itself, but for the rate', async () => {
  const learningRate = 0.02;
  const losses: number[] = [];
  for await (const event of train(config({ learningRate }), { backend, dataset }))
    if (event.type === 'step') losses.push(...event.losses);
  const { losses: found } = await find({}, { startRate: learningRate, endRate: 0.0201, steps: 20 });
  const mean = losses.slice(0, 20).reduce((sum, loss) => sum + loss, 0) / 20;
  assert.equal(found[0], mean, 'the first step is taken with fresh weights');
  assert.ok(Math.abs(found[5] - losses.slice(100, 120).reduce((sum, loss) => sum + loss, 0) / 20) < 1e-3);
});

test('more steps than an epoch has go on into the next ones', async () => {
  const stepsPerEpoch = 1200 / 20;
  const { range, losses } = await find({}, { endRate: 1e-3, steps: 3 * stepsPerEpoch });
  assert.deepEqual([range.steps, losses.length], [180, 180]);
  assert.equal((await find({}, { endRate: 1e-3 })).range.steps, 100, 'an epoch of 60 steps is too short');
});

test('where training comes apart it ends, and what it shows is what the losses say', async () => {
  const done: number[] = [];
  const curve = await find(
    { optimizer: 'sgd', hidden: [30, 30] },
    { endRate: 100, onStep: (step) => done.push(step) },
  );
  assert.notEqual(curve.end, 'finished');
  assert.equal(done.at(-1), curve.losses.length);
  assert.ok(curve.losses.length < curve.range.steps);
  assert.deepEqual(
    done,
    [...done].sort((a, b) => a - b),
  );
  const { startRate, endRate, steps } = curve.range;
  const again = readRateCurve(risingRates(startRate, endRate, steps), [...curve.losses, Number.NaN]);
  assert.deepEqual(again?.smoothed, curve.smoothed);
});

test('a range that cannot be is refused; an aborted search ends as interrupted', async () => {
  for (const range of [
    { startRate: 0 },
    { startRate: 1, endRate: 1 },
    { endRate: 101 },
    { startRate: Number.NaN },
  ])
    await assert.rejects(find({}, range), { kind: 'usage', message: /cannot rise/ });
  for (const steps of [19, 20.5, 100_001]) await assert.rejects(find({}, { steps }), { kind: 'usage' });
  const stop = new AbortController();
  const onStep = (): void => stop.abort();
  await assert.rejects(find({}, { steps: 50_000, signal: stop.signal, onStep }), { kind: 'interrupted' });
});
