/** `fit` with `initFrom`: the weights of `couture train --init-from`, from every form of a model. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryPlatform } from '../../../test/memory-platform.ts';
import { makeModel } from '../../../test/model-fixture.ts';
import { tinyTest, tinyTrain } from '../../../test/tiny-data.ts';
import { datasetFromArrays } from '../../data/from-arrays.ts';
import { trainRun } from '../../runs/experiment.ts';
import { startOfRun } from '../../runs/init-from.ts';
import { packRuns } from '../../runs/pack.ts';
import { decodeModel } from '../../ship/model-file.ts';
import { networkSha256 } from '../../ship/network.ts';
import { resolveConfig } from '../../train/config.ts';
import { fit, type NodeFitOptions } from './fit.ts';

const platform = memoryPlatform();
const base = { hidden: [8, 6], norm: 'batch', epochs: 2, batchSize: 8, pixels: 'from-zero' } as const;
const settings = { freeze: [1], epochs: 2, batchSize: 8, learningRate: 0.001 };
const origin = await trainRun(platform, {
  config: resolveConfig({ dataset: tinyTrain, settings: base }),
  name: 'origin',
});
const { run } = origin;
await packRuns(platform, [run], 'one.safetensors', { fold: false });
const bytes = new Uint8Array((await platform.store.read('one.safetensors', 1e6)) ?? []);
const fitted = await fit(tinyTrain, { settings: base, backend: 'cpu' });
await fitted.classifier.dispose();

async function further(options: NodeFitOptions) {
  const result = await fit(tinyTrain, { settings, backend: 'cpu', ...options });
  await result.classifier.dispose();
  return result;
}

test('a training goes on from a run, a model file and an earlier fit as couture train does', async () => {
  const start = await startOfRun(platform, run.path, tinyTrain.info);
  const { preprocessing } = tinyTrain.info;
  const scaled = { ...tinyTrain.info, preprocessing: { ...preprocessing, pixels: start.pixels } };
  const { metrics } = await trainRun(platform, {
    name: 'further',
    config: resolveConfig({ dataset: scaled, settings, model: start.model, initFrom: start.initFrom }),
  });
  const forms: [NodeFitOptions['initFrom'], string][] = [
    [run, run.path],
    [bytes, 'The model'],
    [new File([bytes], 'mine.safetensors'), 'mine.safetensors'],
    [await decodeModel(bytes, 'one.safetensors'), 'the given model'],
    [fitted, 'the given model'],
    [{ config: fitted.config, weights: fitted.weights }, 'the given model'],
  ];
  for (const [initFrom, model] of forms) {
    const { config, weights } = await further({ initFrom });
    assert.equal(await networkSha256({ spec: config.model, weights }), metrics.weightsSha256, model);
    assert.deepEqual(config.initFrom, { ...start.initFrom, model });
    assert.deepEqual(weights.get('bn1.running_mean'), fitted.weights.get('bn1.running_mean'));
  }
});

test('other classes get a new last layer', async () => {
  const images = Array.from({ length: tinyTest.length }, (_, i) =>
    tinyTest.images.subarray(i * 36, (i + 1) * 36),
  );
  const labels = images.map((_, i) => ['odd', 'even'][i % 2]);
  const dataset = datasetFromArrays({ images, labels, shape: tinyTest.info.shape });
  const result = await fit(dataset, { initFrom: run, settings: { ...settings, freeze: [1, 2] } });
  assert.deepEqual(result.config.initFrom?.layers, ['fc1', 'fc2']);
  assert.equal(result.weights.get('fc3.weight')?.length, 2 * 6);
  for (const name of ['fc1.weight', 'fc2.weight', 'bn2.running_var'])
    assert.deepEqual(result.weights.get(name), fitted.weights.get(name), name);
  assert.ok(['odd', 'even'].includes((await result.classifier.predict(images[0])).label));
  await result.classifier.dispose();
});

test('images that are held out, but were trained on, are mentioned', async () => {
  const notices: string[] = [];
  const onNotice = (notice: string): void => void notices.push(notice);
  await further({ initFrom: run, onNotice });
  assert.deepEqual(notices, []);
  await further({ initFrom: run, settings: { ...settings, seed: 2 }, onNotice });
  assert.match(notices.join(), /trained on images that this run holds out.*--split-seed 1/);
});

test('what cannot be started with is refused in a sentence', async () => {
  const wrong: [unknown, RegExp][] = [
    [{ initFrom: 7 }, /options\.initFrom must be the name or path of a run.* or a decoded model file/],
    [{ initFrom: {} }, /options\.initFrom must be/],
    [{ initFrom: 'nobody' }, /There is no run or model "nobody"/],
    [{ initFrom: bytes.subarray(0, 500) }, /The model/],
    [{ initFrom: makeModel() }, /takes images of 4x3 gray, but those of tiny are 6x6 gray/],
    [{ initFrom: run, settings: { hidden: [3], norm: 'none' } }, /but hidden and norm would change them/],
    [{ initFrom: run, model: run.config.model }, /but model would change them/],
    [{ initFrom: run, settings: { freeze: [4] } }, /there is no layer 4/],
    [{ initFrom: { config: fitted.config, weights: new Map() } }, /fc1\.weight/],
  ];
  for (const [options, message] of wrong) {
    const call = fit as (...args: unknown[]) => Promise<unknown>;
    await assert.rejects(call(tinyTrain, options), { name: 'CoutureError', message }, String(message));
  }
});
