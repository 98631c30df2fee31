/** A whole inspection of a small network that was really trained, on images that are told apart by a bright row. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { gray, inputFor, makeDataset } from '../../test/dataset-fixture.ts';
import { keyFromSeed, RandomStream } from '../core/philox.ts';
import { type Dataset, imageAt } from '../data/dataset.ts';
import { splitTrainValidation } from '../data/split.ts';
import { createBackend } from '../engine/create.ts';
import type { TensorMap } from '../model/network.ts';
import { multilayer } from '../model/spec.ts';
import { checkSettings } from '../train/check-settings.ts';
import type { EpochMetrics } from '../train/events.ts';
import type { RunConfig } from '../train/settings.ts';
import { train } from '../train/train.ts';
import { Classifier } from '../use/classifier.ts';
import { type InspectProgress, type InspectRequest, inspectModel, inspectStages } from './inspect.ts';
import type { Inspection } from './inspection.ts';
import { mapImages } from './maps.ts';

const SWAPPED = 17;
const DEAD = 3;

function rows(split: 'train' | 'test', length: number): Dataset {
  const random = new RandomStream(keyFromSeed(split === 'train' ? 8 : 9));
  const labels = Array.from({ length }, () => random.nextBelow(3));
  const images = new Uint8Array(length * 20);
  labels.forEach((label, i) => {
    for (let p = 0; p < 20; p++)
      images[i * 20 + p] = random.nextBelow(120) + (Math.floor(p / 5) === label ? 130 : 0);
  });
  return makeDataset(gray(4, 5), ['top', 'middle', 'low'], images, labels, { name: 'rows', split });
}

const trainSet = rows('train', 1000);
const testSet = rows('test', 300);
// One test image gets another's label.
testSet.labels[SWAPPED] = (testSet.labels[SWAPPED] + 1) % 3;

const settings = checkSettings({
  hidden: [12, 8],
  epochs: 6,
  batchSize: 20,
  learningRate: 0.01,
  validation: 0.25,
  seed: 4,
});
const config: RunConfig = {
  version: 2,
  recipe: null,
  settings,
  data: trainSet.info,
  model: multilayer(20, [12, 8], 3),
};

async function trained(): Promise<{ history: readonly EpochMetrics[]; weights: TensorMap }> {
  const backend = await createBackend();
  let result: { history: readonly EpochMetrics[]; weights: TensorMap } | undefined;
  for await (const event of train(config, { backend, dataset: trainSet }))
    if (event.type === 'checkpoint')
      result = { history: event.state.history, weights: event.state.parameters };
  await backend.dispose();
  assert.ok(result);
  // One unit of the first layer never gets above 0.
  result.weights.get('fc1.bias')?.fill(-1000, DEAD, DEAD + 1);
  return result;
}

let history: readonly EpochMetrics[];
let weights: TensorMap;
const progress: InspectProgress[] = [];
let inspection: Inspection;

async function inspect(more: Partial<InspectRequest> = {}): Promise<Inspection> {
  const backend = await createBackend();
  await using classifier = new Classifier({
    spec: config.model,
    input: inputFor(gray(4, 5)),
    classNames: testSet.info.classNames,
    weights,
    backend,
  });
  return await inspectModel({
    run: 'rows-seed4',
    config,
    train: trainSet,
    test: testSet,
    history,
    classifier,
    weights,
    ...more,
  });
}

before(async () => {
  ({ history, weights } = await trained());
  inspection = await inspect({ onProgress: (event) => progress.push(event) });
});

test('the network has learnt: all but the swapped label are right', () => {
  const { run, recipe, seed, spec, evaluation, training } = inspection;
  assert.deepEqual([run, recipe, seed, spec], ['rows-seed4', undefined, 4, config.model]);
  assert.equal(evaluation.images, 300);
  assert.equal(evaluation.correct, 299);
  assert.equal(training.history, history);
  assert.equal(training.bestEpoch, history.toSorted((a, b) => a.validationLoss - b.validationLoss)[0].epoch);
});

test('the swapped label is found as top loss, as confused pair, behind its cell and among the explained', () => {
  const label = testSet.labels[SWAPPED];
  const truth = (label + 2) % 3;
  const [worst, ...others] = inspection.topLosses;
  assert.deepEqual([worst.index, worst.label, worst.predicted], [SWAPPED, label, truth]);
  assert.deepEqual(worst.pixels, imageAt(testSet, SWAPPED));
  assert.deepEqual(others, []);
  const support = testSet.labels.filter((each) => each === label).length;
  assert.deepEqual(inspection.pairs, [{ actual: label, predicted: truth, count: 1, share: 1 / support }]);
  const imagesOf = ({ cells }: Inspection, actual: number, predicted: number) =>
    cells.find((cell) => cell.actual === actual && cell.predicted === predicted)?.images;
  assert.deepEqual(imagesOf(inspection, label, truth), [worst]);
  assert.equal(imagesOf(inspection, 0, 0)?.length, 12);
  assert.equal(inspection.cells.length, 4);
  assert.deepEqual(inspection.saliency.at(-1)?.image, worst);
});

test('the dead unit is named, and no live one', () => {
  const [fc1, fc2] = inspection.activity;
  assert.equal(fc1.layer, 'fc1');
  assert.ok(fc1.dead.includes(DEAD));
  assert.equal(fc1.active[DEAD], 0);
  for (const { active, dead } of [fc1, fc2])
    active.forEach((share, unit) => {
      assert.equal(dead.includes(unit), share === 0);
    });
  assert.equal(fc2.active.length, 8);
});

test('data and split are those that were trained on', () => {
  const { balance, meanImages, samples } = inspection.data;
  assert.deepEqual(
    balance.map(({ split, images }) => [split, images]),
    [
      ['train', 750],
      ['validation', 250],
      ['test', 300],
    ],
  );
  const used = new Set(splitTrainValidation(1000, 0.25, keyFromSeed(4)).train);
  assert.equal(samples.length, 24);
  assert.ok(samples.every(({ index, label }) => used.has(index) && trainSet.labels[index] === label));
  // The bright row of each class, and the others, have their expected means of 189.5 and 59.5.
  meanImages.forEach((image, label) => {
    image.forEach((pixel, p) => {
      assert.ok(Math.abs(pixel - (Math.floor(p / 5) === label ? 189.5 : 59.5)) < 10);
    });
  });
});

test('the maps show the same images, and keep the classes apart', () => {
  const { map, neighborMap, mapImages } = inspection;
  assert.ok(neighborMap);
  assert.deepEqual([map.method, map.layer, neighborMap.method], ['pca', 'fc2', 'umap']);
  assert.deepEqual([...map.indices], [...testSet.labels.keys()]);
  assert.deepEqual(map.labels, testSet.labels);
  assert.deepEqual(mapImages, testSet.images);
  assert.deepEqual(neighborMap.indices, map.indices);
  const [first = 0, second = 0] = map.explained ?? [];
  assert.ok(first >= second && second > 0 && first + second <= 1 + 1e-9);
  for (const { points, predicted } of [map, neighborMap]) {
    assert.ok(points.every(Number.isFinite));
    let alike = 0;
    predicted.forEach((called, i) => {
      const distances = Array.from(predicted, (_, j) =>
        i === j
          ? Number.POSITIVE_INFINITY
          : Math.hypot(points[2 * i] - points[2 * j], points[2 * i + 1] - points[2 * j + 1]),
      );
      if (predicted[distances.indexOf(Math.min(...distances))] === called) alike += 1;
    });
    assert.ok(alike >= 290, `${alike} of 300`);
  }
});

test('what a prediction hangs on is its bright row', () => {
  const { image, gradient, occlusion, target } = inspection.saliency[0];
  assert.deepEqual([image.label, image.predicted, target], [0, 0, 0]);
  const inRow = (values: Float32Array) => values.subarray(0, 5).reduce((sum, value) => sum + value, 0);
  const below = (values: Float32Array) => values.subarray(5).reduce((sum, value) => sum + value, 0);
  assert.ok(inRow(gradient) > 0 && below(gradient) < 0);
  assert.ok(inRow(occlusion) / 5 > below(occlusion) / 15);
});

test('progress goes through the stages in their order, each from 0 to 1', () => {
  assert.deepEqual([...new Set(progress.map(({ stage }) => stage))], [...inspectStages]);
  for (const stage of inspectStages) {
    const shares = progress.filter((event) => event.stage === stage).map(({ done }) => done);
    assert.equal(shares.at(-1), 1);
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => a - b),
    );
  }
});

test('the same run gives the same inspection, and options are obeyed', async () => {
  assert.deepEqual(await inspect(), inspection);
  const small = await inspect({
    options: { umap: false, mapPoints: 50, examples: 3, imagesPerCell: 2, samplesPerClass: 1, explained: 0 },
  });
  assert.ok(!('neighborMap' in small));
  assert.equal(small.map.points.length, 100);
  assert.equal(small.mapImages.length, 1000);
  small.map.indices.forEach((index, i) => {
    assert.equal(small.map.labels[i], testSet.labels[index]);
    assert.deepEqual(small.mapImages.slice(i * 20, (i + 1) * 20), imageAt(testSet, index).slice());
  });
  assert.equal(new Set(small.map.indices).size, 50);
  const middle = small.cells.find(({ actual, predicted }) => actual === 1 && predicted === 1);
  assert.deepEqual([small.examples.length, middle?.images.length, small.data.samples.length], [3, 2, 3]);
  assert.deepEqual(
    small.saliency.map(({ image }) => image.index),
    [SWAPPED],
  );
});

test('it can be stopped at any stage', async () => {
  for (const at of inspectStages) {
    const stop = new AbortController();
    const request = inspect({
      signal: stop.signal,
      onProgress: ({ stage }) => {
        if (stage === at) stop.abort();
      },
    });
    await assert.rejects(request, { kind: 'interrupted' }, at);
  }
});

test('a network without hidden layers is mapped by its logits', async () => {
  const model = multilayer(20, [], 3);
  const bare = new Map([
    [
      'fc1.weight',
      Float32Array.from({ length: 60 }, (_, i) => (Math.floor((i % 20) / 5) === Math.floor(i / 20) ? 1 : 0)),
    ],
    ['fc1.bias', new Float32Array(3)],
  ]);
  const backend = await createBackend({ backend: 'reference' });
  await using classifier = new Classifier({
    spec: model,
    input: inputFor(gray(4, 5)),
    classNames: testSet.info.classNames,
    weights: bare,
    backend,
  });
  const { map, activity, firstLayer } = await inspect({
    config: { ...config, model },
    weights: bare,
    classifier,
    options: { umap: false },
  });
  assert.deepEqual([map.layer, activity.length, firstLayer.units.length], ['fc1', 0, 3]);
});

test('a map by itself is that of the inspection, and predictions of other images are refused', async () => {
  const backend = await createBackend();
  await using classifier = new Classifier({
    spec: config.model,
    input: inputFor(gray(4, 5)),
    classNames: testSet.info.classNames,
    weights,
    backend,
  });
  const shares: number[] = [];
  const asked = {
    ...{ classifier, spec: config.model, dataset: testSet, method: 'pca' as const, seed: settings.seed },
    predicted: inspection.predictions.predicted,
    onProgress: (done: number) => shares.push(done),
  };
  assert.deepEqual(await mapImages(asked), inspection.map);
  assert.deepEqual(shares, [0, 1]);
  assert.deepEqual(await mapImages({ ...asked, method: 'umap' }), inspection.neighborMap);
  assert.equal((await mapImages({ ...asked, most: 7 }))?.indices.length, 7);
  assert.equal(await mapImages({ ...asked, method: 'umap', most: 3 }), undefined);
  const few = asked.predicted.subarray(1);
  await assert.rejects(mapImages({ ...asked, predicted: few }), {
    kind: 'usage',
    message: '299 predictions do not match the 300 images of the data set.',
  });
  await assert.rejects(mapImages({ ...asked, most: 0.5 }), { kind: 'usage' });
});
