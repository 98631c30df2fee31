/** Data sets at the edge of what can be said of them: every count and share holds, from the inspection to the report. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseHTML } from 'linkedom';
import { inputFor, makeDataset } from '../../test/dataset-fixture.ts';
import { makeReportRun } from '../../test/report-fixture.ts';
import { keyFromSeed, RandomStream } from '../core/philox.ts';
import type { Dataset } from '../data/dataset.ts';
import { type ImageShape, imageSize } from '../data/image-shape.ts';
import { createBackend } from '../engine/create.ts';
import type { Figure } from '../figures/figure.ts';
import { runFigures } from '../figures/table.ts';
import { inspectModel } from '../inspect/inspect.ts';
import type { Inspection } from '../inspect/inspection.ts';
import { nodeDocument } from '../platform/node/images/figures.ts';
import { resolveConfig } from '../train/config.ts';
import { Classifier } from '../use/classifier.ts';
import { writeReport } from './report.ts';
import { dataStory } from './story.ts';

const shape: ImageShape = { height: 3, width: 2, channels: 3 };
const size = imageSize(shape);

/** Images of noise with these labels. */
function noise(split: 'train' | 'test', classNames: readonly string[], labels: readonly number[]): Dataset {
  const random = new RandomStream(keyFromSeed(split === 'train' ? 1 : 2));
  const images = Uint8Array.from({ length: labels.length * size }, () => random.nextBelow(256));
  return makeDataset(shape, classNames, images, labels, { name: 'small', split });
}

/** The inspection of a network without hidden layers that has these biases and no other weights. */
async function inspectBiased(train: Dataset, testSet: Dataset, bias: readonly number[]): Promise<Inspection> {
  const { classNames } = train.info;
  const config = resolveConfig({ dataset: train, settings: { hidden: [], epochs: 1, validation: 0.2 } });
  const weights = new Map([
    ['fc1.weight', new Float32Array(size * classNames.length)],
    ['fc1.bias', Float32Array.from(bias)],
  ]);
  const backend = await createBackend({ backend: 'reference' });
  await using classifier = new Classifier({
    ...{ spec: config.model, input: inputFor(shape), classNames, weights, backend },
  });
  const epoch = { epoch: 1, trainLoss: 1, validationLoss: 1, validationAccuracy: 0.5 };
  const history = [{ ...epoch, learningRate: 0.1, seconds: 1 }];
  return await inspectModel({
    ...{ run: 'small-1', config, train, test: testSet, history, classifier, weights },
    options: { umap: true },
  });
}

/** Every figure of a run, none of which says what is no number. */
function drawAll(inspection: Inspection): Map<string, Figure> {
  const figures = new Map<string, Figure>();
  for (const { name, has, draw } of runFigures) {
    if (has?.(inspection) === false) continue;
    const figure = draw(inspection, { document: nodeDocument(), width: 400 });
    const words = figure.svg.replaceAll(/base64,[^"]*/g, '') + figure.alt + figure.title;
    assert.doesNotMatch(words, /NaN|undefined|Infinity/, name);
    figures.set(name, figure);
  }
  return figures;
}

/** The words of its report. */
async function reportWords(inspection: Inspection): Promise<string> {
  const text = await writeReport({ runs: [makeReportRun(inspection)], document: nodeDocument() });
  const words = parseHTML(text).document.querySelector('main')?.textContent ?? '';
  assert.deepEqual(words.match(/.{20}(NaN|undefined|Infinity).{20}/g), null);
  return words;
}

const repeat = (label: number, times: number): number[] => new Array<number>(times).fill(label);

describe('two classes of five images each', () => {
  const names = ['yes', 'no'];
  const labels = [...repeat(0, 5), ...repeat(1, 5)];

  test('a network that knows nothing but one class is right in half of them', async () => {
    const inspection = await inspectBiased(
      noise('train', names, labels),
      noise('test', names, labels),
      [3, 0],
    );
    const { evaluation, classes, pairs, cells, rejection, calibration } = inspection;
    assert.deepEqual([evaluation.images, evaluation.correct, evaluation.accuracy], [10, 5, 0.5]);
    assert.deepEqual(evaluation.confusion, [
      [5, 0],
      [5, 0],
    ]);
    assert.deepEqual(
      classes.map(({ precision, recall, f1, support }) => [precision, recall, f1, support]),
      [
        [0.5, 1, 2 / 3, 5],
        [0, 0, 0, 5],
      ],
    );
    assert.deepEqual(classes[1].precisionInterval, { low: 0, high: 1 }, 'nothing is called so');
    assert.deepEqual(pairs, [{ actual: 1, predicted: 0, count: 5, share: 1 }]);
    assert.deepEqual(
      cells.map(({ actual, predicted, images }) => [actual, predicted, images.length]),
      [
        [0, 0, 5],
        [1, 0, 5],
      ],
    );
    assert.deepEqual([rejection[0].kept, calibration.bins.length, calibration.bins[0].count], [10, 1, 10]);
    const figures = drawAll(inspection);
    assert.match(figures.get('confusion')?.alt ?? '', /most often yes \(100\.0%\), least often no \(0\.0%\)/);
    assert.match(figures.get('confused-pairs')?.alt ?? '', /no → yes, 5 images \(100\.0%\)/);
    assert.match(await reportWords(inspection), /classifies 5 of 10 test images correctly: 50\.00%/);
  });
});

describe('classes without images', () => {
  const names = ['seen', 'untested', 'neither', 'untrained'];
  const train = noise('train', names, [...repeat(0, 12), ...repeat(1, 8)]);
  const testSet = noise('test', names, [...repeat(0, 4), ...repeat(3, 2)]);

  test('have no share in the means, and are named where their figure would be', async () => {
    const inspection = await inspectBiased(train, testSet, [2, 1, 0, 0]);
    const { evaluation, data } = inspection;
    assert.equal(evaluation.accuracy, 4 / 6);
    // Seen and untrained occur: (0.8 + 0) / 2.
    assert.ok(Math.abs(evaluation.macro.f1 - 0.4) < 1e-12, String(evaluation.macro.f1));
    assert.equal(evaluation.macro.recall, 0.5);
    assert.deepEqual(
      data.balance.map(({ images, perClass }) => [images, perClass.reduce((a, b) => a + b)]),
      [
        [16, 16],
        [4, 4],
        [6, 6],
      ],
    );
    assert.deepEqual(data.balance[2].perClass, [4, 0, 0, 2]);
    const figures = drawAll(inspection);
    const words = (name: string): string => figures.get(name)?.alt ?? '';
    assert.match(words('classes'), /^Precision, recall and F1 of 2 classes/);
    assert.match(words('classes'), /2 classes have no test images: untested and neither\.$/);
    assert.match(words('confusion'), /most often seen \(100\.0%\), least often untrained \(0\.0%\)/);
    assert.match(words('mean-images'), /each of 2 classes/);
    assert.equal(figures.get('class-balance')?.title, 'untested has no training images, and seen has XX');
    assert.equal(figures.get('classes')?.title, 'seen is recognized best, untrained worst');
    const said = dataStory(inspection).join(' ');
    assert.match(said, /2 classes have no training images, .* learn them: neither and untrained\./);
    assert.match(said, /correct for 66\.7% of the test images/);
    assert.match(await reportWords(inspection), /2 classes have no training images/);
  });

  test('a single image of a single class can be reported on', async () => {
    const inspection = await inspectBiased(train, noise('test', names, [1]), [2, 1, 0, 0]);
    assert.equal(drawAll(inspection).get('classes')?.title, 'untested has an F1 of 0.0%');
    assert.equal(inspection.neighborMap, undefined, 'one image has no neighbors');
    assert.match(await reportWords(inspection), /classifies 0 of 1 test images correctly: 0\.00%/);
  });
});
