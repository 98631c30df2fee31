import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gray, makeDataset } from '../../test/dataset-fixture.ts';
import { findTopLosses, firstImages, imagesBehindCells, rightWithDoubt, topLosses } from './picks.ts';
import { predictedImage, readPredictions } from './predictions.ts';

/** Seven images of one pixel, told apart by it, and what a network says of them. */
const dataset = makeDataset(
  gray(1, 1),
  ['cat', 'dog', 'owl'],
  Uint8Array.of(10, 11, 12, 13, 14, 15, 16),
  [0, 0, 1, 1, 0, 2, 0],
  { split: 'test' },
);
const probabilities = [
  [0.995, 0.0025, 0.0025], // cat, right, all but certain
  [0.25, 0.5, 0.25], // cat taken for a dog
  [0.125, 0.75, 0.125], // dog, right
  [0.125, 0.125, 0.75], // dog taken for an owl
  [0.5, 0.25, 0.25], // cat, right, in doubt
  [0.5, 0.4375, 0.0625], // owl taken for a cat
  [0.75, 0.125, 0.125], // cat, right, in less doubt
];
const predictions = readPredictions(
  dataset,
  Float32Array.from(probabilities.flat(), (value) => Math.log(value)),
);

const near = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-6);
const pixels = (images: readonly { readonly pixels: Uint8Array }[]) => images.map((image) => image.pixels[0]);

test('each image has its class, confidence and loss', () => {
  assert.deepEqual([...predictions.predicted], [0, 1, 1, 2, 0, 0, 0]);
  assert.deepEqual([...predictions.correct], [1, 0, 1, 0, 1, 0, 1]);
  [0.995, 0.5, 0.75, 0.75, 0.5, 0.5, 0.75].forEach((value, i) => {
    near(predictions.confidence[i], value);
  });
  [0.995, 0.25, 0.75, 0.125, 0.5, 0.0625, 0.75].forEach((value, i) => {
    near(predictions.losses[i], -Math.log(value));
  });
  const { probabilities: row, ...image } = predictedImage(predictions, 3);
  assert.deepEqual(image, {
    pixels: Uint8Array.of(13),
    label: 1,
    index: 3,
    predicted: 2,
    loss: predictions.losses[3],
  });
  row.forEach((value, i) => {
    near(value, probabilities[3][i]);
  });
  assert.throws(() => readPredictions(dataset, new Float32Array(20)), { kind: 'runtime' });
});

test('the top losses are the wrong images, the largest loss first, and no right ones', () => {
  assert.deepEqual(pixels(topLosses(predictions, 10)), [15, 13, 11]);
  assert.deepEqual(pixels(topLosses(predictions, 1)), [15]);
  const { logProbabilities } = predictions;
  assert.deepEqual(findTopLosses(dataset, logProbabilities, 2), topLosses(predictions, 2));
  assert.throws(() => findTopLosses(dataset, logProbabilities.subarray(1), 2), {
    kind: 'usage',
    message: '20 log-probabilities do not match 7 images in 3 classes.',
  });
});

test('a cell has its own images, the most confident first, and no more than asked', () => {
  const cells = (perCell: number, total = 100) =>
    imagesBehindCells(predictions, { perCell, total }).map(({ actual, predicted, images }) => [
      `${actual} called ${predicted}`,
      ...pixels(images),
    ]);
  assert.deepEqual(cells(2), [
    ['0 called 0', 10, 16],
    ['0 called 1', 11],
    ['1 called 1', 12],
    ['1 called 2', 13],
    ['2 called 0', 15],
  ]);
  assert.deepEqual(cells(1)[0], ['0 called 0', 10]);
  assert.deepEqual(
    cells(3, 6).map((cell) => cell.length - 1),
    [2, 1, 1, 1, 1],
    'six in all: two of a cell',
  );
  assert.deepEqual(cells(3, 2), [
    ['0 called 0', 10],
    ['0 called 1', 11],
  ]);
});

test('the first images come as they are; the explained ones are right and, where there are such, in doubt', () => {
  assert.deepEqual(pixels(firstImages(predictions, 2)), [10, 11]);
  assert.equal(firstImages(predictions, 9).length, 7);
  // Class by class, as class folders are read: the first three would all be of one class.
  const ordered = { ...dataset, labels: Uint16Array.of(0, 0, 0, 0, 1, 1, 2) };
  const sorted = readPredictions(ordered, new Float32Array(21).fill(-1));
  assert.deepEqual(pixels(firstImages(sorted, 3)), [10, 12, 14]);
  assert.equal(firstImages(sorted, 9).length, 7);
  assert.deepEqual(pixels(rightWithDoubt(predictions)), [14, 12]);
  // Of a class whose right images are all certain, the first one; of a class without, none.
  const certain = readPredictions(
    dataset,
    Float32Array.from({ length: 21 }, (_, i) => (i % 3 === 0 ? 0 : -50)),
  );
  assert.deepEqual(pixels(rightWithDoubt(certain)), [10]);
});
