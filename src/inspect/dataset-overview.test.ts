import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gray, makeDataset } from '../../test/dataset-fixture.ts';
import { keyFromSeed } from '../core/philox.ts';
import type { Dataset } from '../data/dataset.ts';
import { splitTrainValidation } from '../data/split.ts';
import { balanceOf, datasetOverview, meanImages, sampleImages } from './dataset-overview.ts';

/** Two pixels an image; nobody is an owl. */
const dataset = makeDataset(
  gray(1, 2),
  ['cat', 'dog', 'owl'],
  Uint8Array.of(0, 10, 1, 20, 255, 30, 4, 40, 5, 50),
  [0, 0, 1, 0, 1],
);

test('balance counts the chosen images alone', () => {
  assert.deepEqual(balanceOf('train', dataset, Uint32Array.of(4, 0, 3)), {
    split: 'train',
    images: 3,
    perClass: [2, 1, 0],
  });
});

test('a mean image is the rounded mean of the chosen images of its class', () => {
  // Cats: (0 + 1 + 4) / 3 = 1.67 and (10 + 20 + 40) / 3 = 23.33; dogs: (255 + 5) / 2 and (30 + 50) / 2.
  assert.deepEqual(meanImages(dataset, Uint32Array.of(0, 1, 2, 3, 4)), [
    Uint8Array.of(2, 23),
    Uint8Array.of(130, 40),
    Uint8Array.of(0, 0),
  ]);
  assert.deepEqual(meanImages(dataset, Uint32Array.of(3))[0], Uint8Array.of(4, 40));
});

test('samples are the first of each class in the order chosen, as copies', () => {
  const samples = sampleImages(dataset, Uint32Array.of(4, 3, 2, 1, 0), 2);
  assert.deepEqual(
    samples.map(({ index, label, pixels }) => [index, label, ...pixels]),
    [
      [3, 0, 4, 40],
      [1, 0, 1, 20],
      [4, 1, 5, 50],
      [2, 1, 255, 30],
    ],
  );
  assert.ok(samples.every(({ pixels }) => pixels.buffer !== dataset.images.buffer));
});

test('the overview keeps the held-out images out of what was trained on', () => {
  const split = splitTrainValidation(5, 0.4, keyFromSeed(3));
  const test: Dataset = { ...dataset, split: 'test', labels: Uint16Array.of(2, 2, 2, 1, 1) };
  const overview = datasetOverview(dataset, test, split, { samplesPerClass: 9 });
  const [train, validation, held] = overview.balance;
  assert.deepEqual([train.images, validation.images, held.images], [3, 2, 5]);
  assert.deepEqual(held.perClass, [0, 2, 3]);
  assert.deepEqual(
    train.perClass.map((count, label) => count + validation.perClass[label]),
    [3, 2, 0],
  );
  assert.deepEqual(
    new Set(overview.samples.map(({ index }) => index)),
    new Set(split.train),
    'every training image, and no other',
  );
});
