/** The learning rate changed by hand between epochs: the run is the one that its new config trains from the start. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryPlatform } from '../../test/memory-platform.ts';
import { tinyTrain } from '../../test/tiny-data.ts';
import { trainCommand } from '../report/train-command.ts';
import { resolveConfig } from '../train/config.ts';
import { trainRun } from './experiment.ts';
import { findModel } from './find-model.ts';
import { packRuns } from './pack.ts';
import { reproduceRun } from './reproduce.ts';
import type { Run } from './run.ts';
import { openRun } from './run-folder.ts';

const settings = { hidden: [8], epochs: 5, batchSize: 8, seed: 3, schedule: 'cosine' } as const;
const config = resolveConfig({ dataset: tinyTrain, settings });
const changed = resolveConfig({
  dataset: tinyTrain,
  settings: { ...settings, rateChanges: [{ epoch: 3, learningRate: 0.02 }] },
});

/** Trains, and changes the rate in the middle of epoch 2, from epoch 3 on. */
async function trainByHand(platform = memoryPlatform(), stopIn?: number) {
  let run: Run | undefined;
  let changing: Promise<number> | undefined;
  const stop = new AbortController();
  const outcome = await trainRun(platform, {
    config,
    signal: stop.signal,
    onRun: (begun) => {
      run = begun;
    },
    onEvent: (event) => {
      if (event.type !== 'step') return;
      if (event.epoch === stopIn) stop.abort();
      if (event.epoch !== 2 || changing !== undefined) return;
      // The second change of the same epoch is the one that counts.
      changing = run?.changeRate(0.5);
      changing = run?.changeRate(0.02);
    },
  }).catch((error: Error) => error);
  if (changing !== undefined) assert.equal(await changing, 3);
  return { outcome, run };
}

test('a rate that is changed during training is in the config, and the config trains the same weights', async () => {
  const platform = memoryPlatform();
  const { outcome, run } = await trainByHand(platform);
  assert.ok(!(outcome instanceof Error));
  const stored = await openRun(platform, run?.path ?? '');
  assert.deepEqual(stored.config.settings.rateChanges, [{ epoch: 3, learningRate: 0.02 }]);
  assert.ok((await reproduceRun(platform, stored)).reproduced);
  const { metrics } = await trainRun(platform, { config: changed, name: 'from-the-start' });
  assert.equal(outcome.metrics.lastSha256, metrics.lastSha256);
  const plain = await trainRun(platform, { config, name: 'plain' });
  assert.notEqual(plain.metrics.lastSha256, metrics.lastSha256);
  assert.match(trainCommand(stored.config) ?? '', / --rate-changes 3:0\.02 /);
  const rates = (await stored.history()).map(({ learningRate }) => learningRate);
  const usual = (await plain.run.history()).map(({ learningRate }) => learningRate);
  assert.deepEqual(rates.slice(0, 2), usual.slice(0, 2));
  assert.ok(Math.abs(rates[2] / usual[2] - 0.02 / config.settings.learningRate) < 1e-4);
  await packRuns(platform, [stored, plain.run], 'models/both.safetensors');
  const found = await findModel(platform, 'models/both.safetensors');
  assert.equal(found.kind, 'file');
  const members = found.kind === 'file' ? found.model.card.members : [];
  const said = members.map(({ settings: { rateChanges } }) => rateChanges);
  assert.deepEqual(said, ['3:0.02', undefined]);
});

test('an interrupted run goes on with the rate that it was given, before and after the epoch of the change', async () => {
  const whole = await trainRun(memoryPlatform(), { config: changed });
  for (const stopIn of [2, 3, 4]) {
    const platform = memoryPlatform();
    const { outcome, run } = await trainByHand(platform, stopIn);
    assert.match(String(outcome), /Stopped/);
    const { metrics } = await trainRun(platform, { resume: run?.path });
    assert.equal(metrics.lastSha256, whole.metrics.lastSha256, `stopped in epoch ${stopIn}`);
  }
});

test('a config with another rate than the finished epochs had is refused, and so is a change out of range', async () => {
  const platform = memoryPlatform();
  const { run } = await trainByHand(platform, 4);
  assert.ok(run);
  const { rateChanges: _, ...others } = run.config.settings;
  await run.reconfigure({ ...run.config, settings: { ...others, rateChanges: [] } });
  await assert.rejects(
    trainRun(platform, { resume: run.path }),
    /learning rate 0\.01\d+ in epoch 3, but its config has 0\.00/,
  );
  await assert.rejects(run.changeRate(0.1), /no further epoch follows/);
  run.beginEpoch(5);
  await assert.rejects(run.changeRate(0.1), /no further epoch follows/);
  run.beginEpoch(4);
  for (const rate of [0, 101, Number.NaN]) await assert.rejects(run.changeRate(rate), /rateChanges/);
  const unordered = [
    { epoch: 4, learningRate: 0.1 },
    { epoch: 4, learningRate: 0.2 },
  ];
  assert.throws(() => resolveConfig({ settings: { rateChanges: unordered } }), /epoch 4 comes after epoch 4/);
});
