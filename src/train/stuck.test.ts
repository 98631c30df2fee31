import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gray, inputFor } from '../../test/dataset-fixture.ts';
import { createBackend } from '../engine/create.ts';
import { gelu, linear, logSoftmax, type ModelSpec, relu, sequential } from '../model/spec.ts';
import type { EpochMetrics } from './events.ts';
import { deadShareOf, isAtChance, stuckFigures, stuckNotice } from './stuck.ts';

/** Epochs with these validation accuracies and losses. */
const epochs = (...rows: readonly (readonly [number, number])[]): EpochMetrics[] =>
  rows.map(([validationAccuracy, validationLoss], i) => ({
    epoch: i + 1,
    trainLoss: 1,
    validationAccuracy,
    validationLoss,
    learningRate: 0.1,
    seconds: 1,
  }));

const even = new Uint32Array(10).fill(1200);
/** 95 of 100 images are of one class. */
const uneven = Uint32Array.of(95, 5);
/** The loss of a network that gives each class its share. */
const entropy = -(0.95 * Math.log(0.95) + 0.05 * Math.log(0.05));

test('a run is at chance where no epoch is better than always naming one class', () => {
  assert.ok(isAtChance(epochs([0.1, 2.31], [0.098, 2.4], [0.1, 11]), even));
  assert.ok(isAtChance(epochs([0.104, 2.31]), even), 'within the sampling error');
  assert.ok(isAtChance(epochs([0.1, Number.NaN]), even), 'a loss that is no number');
  assert.ok(!isAtChance(epochs([0.1, 2.31], [0.2, 2.4]), even), 'one epoch was better');
  assert.ok(!isAtChance(epochs([0.1, 2.1]), even), 'the loss shows that something was learned');
  assert.ok(!isAtChance([], even));
});

test('of very uneven classes the loss tells a network that learned from one that did not', () => {
  assert.ok(isAtChance(epochs([0.95, entropy * 1.01]), uneven));
  assert.ok(!isAtChance(epochs([0.95, entropy * 0.8]), uneven));
});

test('validation images of a single class show nothing', () => {
  assert.ok(!isAtChance(epochs([1, 0.3], [0, 4]), Uint32Array.of(0, 1, 0)));
});

test('of few images, a high accuracy with a low loss is learning', () => {
  assert.ok(!isAtChance(epochs([0.8, 0.4]), Uint32Array.of(6, 4)));
});

test('the notice has the accuracy, the largest class, the dead units and the rate, in short sentences', () => {
  const history = epochs([0.1, 2.31], [0.1034, 11]).map((row) => ({ ...row, learningRate: 3 }));
  const notice = stuckNotice(stuckFigures(history, even, 0.672));
  assert.equal(
    notice,
    'Training did not get beyond chance: in no epoch are more than 10.3% of the validation images correct, and the largest class has 10.0% of them. ' +
      '67.2% of the hidden units are dead: they output 0 for every validation image. ' +
      'Use a lower learning rate than 3; `couture lr-find` suggests one.',
  );
  for (const sentence of notice.split(/(?<=\.) /)) assert.ok(sentence.split(' ').length <= 30, sentence);
  for (const share of [0, null])
    assert.match(
      stuckNotice(stuckFigures(history, even, share)),
      /10\.0% of them\. Use another learning rate than 3; /,
    );
  // A run of an older version.
  assert.match(
    stuckNotice({ bestAccuracy: 0.1, largestShare: 0.1, deadShare: null }),
    /Use another learning rate; /,
  );
});

test('dead are the units that give 0 for every image asked about', async () => {
  const spec = sequential(linear(2, 4), relu(), linear(4, 3), gelu(), linear(3, 2), logSoftmax());
  const weights = new Map([
    // The first is active where the left pixel is bright, the second never, the third always, the fourth on the right.
    ['fc1.weight', Float32Array.of(1, 0, 0, 0, 0, 0, 0, 1)],
    ['fc1.bias', Float32Array.of(0, -1, 1, 0)],
    ['fc2.weight', new Float32Array(12).fill(1)],
    ['fc2.bias', new Float32Array(3)],
    ['fc3.weight', new Float32Array(6)],
    ['fc3.bias', new Float32Array(2)],
  ]);
  const backend = await createBackend({ backend: 'reference' });
  const images = await backend.upload(Uint8Array.of(255, 0, 0, 255, 0, 0), gray(1, 2));
  const network = { spec, input: inputFor(gray(1, 2)), weights };
  const share = (...indices: number[]) =>
    deadShareOf(network, { backend, images, indices: Uint32Array.from(indices) });
  assert.equal(await share(0, 1, 2), 1 / 7);
  assert.equal(await share(0, 2), 2 / 7);
  assert.equal(await share(2), 3 / 7);
  const single: ModelSpec = sequential(linear(2, 2), logSoftmax());
  const alone = new Map([
    ['fc1.weight', new Float32Array(4)],
    ['fc1.bias', new Float32Array(2)],
  ]);
  const held = { backend, images, indices: Uint32Array.of(0) };
  assert.equal(await deadShareOf({ ...network, spec: single, weights: alone }, held), null);
  assert.equal(await deadShareOf(network, { ...held, signal: AbortSignal.abort() }), null);
});
