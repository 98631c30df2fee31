import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryPlatform } from '../../test/memory-platform.ts';
import { tinyTest, tinyTrain } from '../../test/tiny-data.ts';
import type { Dataset } from '../data/dataset.ts';
import { trainCommand } from '../report/train-command.ts';
import { resolveConfig } from '../train/config.ts';
import type { RunConfig, TrainSettings } from '../train/settings.ts';
import { trainRun } from './experiment.ts';
import { givenDatasets } from './given-data.ts';
import { startOfRun } from './init-from.ts';
import { packRuns } from './pack.ts';
import { reproduceRun } from './reproduce.ts';

/** The same images with five classes, of which three occur. */
const renamed = (dataset: Dataset): Dataset => ({
  ...dataset,
  info: { ...dataset.info, name: 'renamed', classNames: ['up', 'middle', 'down', 'left', 'right'] },
});
const loadSplit = givenDatasets([tinyTrain, tinyTest, renamed(tinyTrain), renamed(tinyTest)]);
const platform = { ...memoryPlatform(), loadSplit };
const base = { hidden: [8, 6], norm: 'batch', activation: 'gelu', epochs: 2, batchSize: 8 } as const;
const { run: origin, metrics } = await trainRun(platform, {
  config: resolveConfig({ dataset: tinyTrain, settings: base }),
  name: 'origin',
});
const trained = await origin.loadWeights('best');

/** As the command line resolves it. */
async function configFrom(
  model: string,
  dataset: Dataset,
  settings: Partial<TrainSettings>,
): Promise<RunConfig> {
  const start = await startOfRun(platform, model, dataset.info);
  return resolveConfig({ dataset, settings, model: start.model, initFrom: start.initFrom });
}

test('a run goes on with all weights of a run of the same classes, and frozen layers keep their bits and answer as they did', async () => {
  const config = await configFrom(origin.path, tinyTrain, { freeze: [2, 1], epochs: 1, batchSize: 8 });
  assert.deepEqual(config.initFrom, {
    model: origin.path,
    sha256: metrics.weightsSha256,
    layers: ['fc1', 'fc2', 'fc3'],
  });
  const { settings } = config;
  assert.deepEqual(
    [settings.hidden, settings.activation, settings.norm, settings.stem],
    [[8, 6], 'gelu', 'batch', 'none'],
  );
  const { run } = await trainRun(platform, {
    ...{ config, name: 'further' },
    onNotice: (notice) => assert.fail(notice),
  });
  const weights = await run.loadWeights('last');
  for (const [name, values] of weights) {
    const kept = /^(fc|bn)[12]\./.test(name);
    assert.equal(Buffer.compare(bytesOf(values), bytesOf(trained.get(name)!)) === 0, kept, name);
  }
  assert.equal((await reproduceRun(platform, run)).reproduced, true);
  assert.equal(
    trainCommand(run.config),
    `npx couture train --data tiny --init-from ${origin.path} --freeze 1,2 --epochs 1 --batch-size 8 --seed 1`,
  );
});

test('other classes get a new last layer; the layers before it are taken', async () => {
  const data = renamed(tinyTrain);
  const start = await startOfRun(platform, origin.path, data.info);
  assert.deepEqual([start.layers, start.fresh], [['fc1', 'fc2'], ['fc3']]);
  const config = await configFrom(origin.path, data, { freeze: [1, 2], epochs: 1, batchSize: 8 });
  const { run } = await trainRun(platform, { config, name: 'others' });
  const weights = await run.loadWeights('last');
  assert.equal(weights.get('fc3.weight')?.length, 5 * 6);
  assert.deepEqual(weights.get('fc1.weight'), trained.get('fc1.weight'));
  assert.equal((await reproduceRun(platform, run)).reproduced, true);
  const { model } = await packRuns(platform, [run], 'others.safetensors');
  assert.deepEqual(model.card.members[0].initFrom, config.initFrom);
});

test('a run that holds out images which its origin was trained on says so', async () => {
  const notices: string[] = [];
  const onNotice = (notice: string): void => void notices.push(notice);
  const config = await configFrom(origin.path, tinyTrain, { epochs: 1, batchSize: 8, seed: 2 });
  await trainRun(platform, { config, name: 'seen', onNotice });
  await reproduceRun(platform, 'runs/train/seen', { onNotice });
  const { run } = await trainRun(platform, {
    ...{ name: 'unseen', onNotice },
    config: await configFrom(origin.path, tinyTrain, { epochs: 1, batchSize: 8, seed: 2, splitSeed: 1 }),
  });
  assert.equal(run.config.settings.splitSeed, 1);
  const said = `The model ${origin.path} was trained on images that this run holds out, so the validation figures of this run are too optimistic: use --split-seed 1 --validation 0.2 to hold out the same images.`;
  assert.deepEqual(notices, [said, said]);
});

test('an interrupted run goes on from its checkpoint, without its origin', async () => {
  await packRuns(platform, [origin], 'one.safetensors', { fold: false });
  const config = await configFrom('one.safetensors', tinyTrain, { epochs: 2, batchSize: 8 });
  const whole = await trainRun(platform, { config, name: 'whole' });
  const controller = new AbortController();
  const stopped = trainRun(platform, {
    ...{ config, name: 'stopped', signal: controller.signal },
    onEvent: (event) => event.type === 'epoch' && controller.abort(),
  });
  await assert.rejects(stopped, { kind: 'interrupted' });
  await platform.store.remove('one.safetensors');
  const resumed = await trainRun(platform, { resume: 'runs/train/stopped' });
  assert.equal(resumed.metrics.lastSha256, whole.metrics.lastSha256);
});

test('an origin with other weights is refused by its digest', async () => {
  const config = await configFrom(origin.path, tinyTrain, { epochs: 1, batchSize: 8 });
  const changed = { ...config, initFrom: { ...config.initFrom!, sha256: 'ab'.repeat(32) } };
  await assert.rejects(trainRun(platform, { config: changed, name: 'changed' }), {
    kind: 'data',
    message: `The model ${origin.path} no longer has the weights that the run starts with.`,
    hint: /must be abab/,
  });
});

test('what cannot be an origin', async () => {
  await assert.rejects(startOfRun(platform, 'nothing', tinyTrain.info), {
    kind: 'usage',
    message: /^The model nothing of --init-from cannot be opened/,
  });
  const info = { ...tinyTrain.info, shape: { height: 7, width: 6, channels: 1 } as const };
  await assert.rejects(startOfRun(platform, origin.path, info), {
    kind: 'usage',
    message: /takes images of 6x6 gray, but those of tiny are 7x6 gray/,
  });
  await packRuns(platform, [origin, 'runs/train/further'], 'both.safetensors');
  await assert.rejects(startOfRun(platform, 'both.safetensors', tinyTrain.info), {
    kind: 'usage',
    message: /has 2 networks, but a run starts with the weights of one/,
  });
  assert.throws(
    () =>
      resolveConfig({
        dataset: tinyTrain,
        initFrom: { model: 'x', sha256: 'ab'.repeat(32), layers: ['fc1'] },
      }),
    { kind: 'usage', message: /needs its layers: model/ },
  );
});

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

test('a run that another one needs is not replaced by it', async () => {
  const config = await configFrom(origin.path, tinyTrain, { epochs: 1, batchSize: 8 });
  await assert.rejects(trainRun(platform, { config, name: 'origin', overwrite: true }), {
    kind: 'usage',
    message: 'The run origin cannot be replaced: the new run starts with its weights.',
    hint: 'Give the new run another name.',
  });
  const settings = { ...base, teacher: 'origin', distillation: 0.5 };
  await assert.rejects(
    trainRun(platform, {
      config: resolveConfig({ dataset: tinyTrain, settings }),
      name: 'origin',
      overwrite: true,
    }),
    { kind: 'usage', message: 'The run origin cannot be replaced: the new run learns from it.' },
  );
  assert.deepEqual(await origin.metrics(), metrics);
});

test('a recipe gives a run that starts with a model only the settings of its training, and no name', async () => {
  const start = await startOfRun(platform, origin.path, tinyTrain.info);
  const { model, initFrom } = start;
  const config = resolveConfig({ dataset: tinyTrain, recipe: 'deeper', model, initFrom });
  assert.equal(config.recipe, null);
  assert.deepEqual(config.settings.hidden, [8, 6]);
  const { learningRate, optimizer } = resolveConfig({ recipe: 'deeper' }).settings;
  assert.deepEqual([config.settings.learningRate, config.settings.optimizer], [learningRate, optimizer]);
});
