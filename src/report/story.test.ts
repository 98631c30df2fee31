import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeInspection } from '../../test/figures/fixture.ts';
import { makeReportRun } from '../../test/report-fixture.ts';
import type { Inspection } from '../inspect/inspection.ts';
import { resolveConfig } from '../train/config.ts';
import type { TrainSettings } from '../train/settings.ts';
import {
  accuracyStory,
  activityStory,
  chance,
  dataStory,
  duration,
  gainStory,
  lossesStory,
  mapStory,
  networkStory,
  rejectionStory,
  trainingStory,
} from './story.ts';

const inspection = makeInspection({ run: 'first' });

test('the data: counts and the share of the commonest class', () => {
  const balance = [
    { split: 'train', images: 60, perClass: [20, 40] },
    { split: 'validation', images: 12, perClass: [6, 6] },
    { split: 'test', images: 10, perClass: [3, 7] },
  ] as const;
  const data = { ...inspection.data, classNames: ['cat', 'dog'], balance };
  assert.deepEqual(dataStory({ ...inspection, data }), [
    'made-up holds 82 gray images of 8 by 8 pixels in 2 classes: 60 train the network, 12 are held out to choose the best epoch and 10 are for the test figures below.',
    'A class has between 20 and 40 training images.',
    'Always predicting the most frequent class would be correct for 70.0% of the test images.',
  ]);
});

test('the network: its shape and its training', () => {
  assert.deepEqual(networkStory(makeReportRun(inspection)), [
    '2 hidden layers of 24 and 12 units with ReLU, dropout of 25% after 1 of them; 1,990 parameters, 1,944 multiply-adds per image.',
    'Trained with Adam for 12 epochs in 13 s: learning rate 0.003, batches of 64, seed 7.',
  ]);
  const plain = makeInspection({ hidden: [] as number[], epochs: 1 });
  assert.match(networkStory(makeReportRun(plain))[0], /^No hidden layer; 650 parameters/);
});

test('the network: what else it was trained with', () => {
  const settings: Partial<TrainSettings> = {
    activation: 'gelu',
    norm: 'batch',
    weightDecay: 0.01,
    labelSmoothing: 0.1,
    schedule: 'cosine',
    warmup: 2,
    average: 0.99,
  };
  const config = resolveConfig({ settings });
  const run = { ...makeReportRun({ ...inspection, spec: config.model }), config };
  const [shape, training] = networkStory(run);
  assert.match(shape, /^2 hidden layers of 128 and 64 units with GELU, batch normalization, no dropout;/);
  assert.match(
    training,
    /^Trained with AdamW for 12 epochs in 13 s: learning rate 0\.003 \(warm-up of 2 epochs, cosine schedule\), batches of 64, weight decay 0\.01, label smoothing 0\.1, running average of the weights with decay 0\.99, seed 1\.$/,
  );
  const soft = { teacher: 'a,b', distillation: 0.7, mixup: 0.2, cutmix: 0.3 };
  assert.match(
    networkStory({ ...run, config: resolveConfig({ settings: soft }) })[1],
    /batches of 64, distillation 0\.7 from a,b, mixup 0\.2, cutmix 0\.3, seed 1\.$/,
  );
  const blocks = resolveConfig({ settings: { hidden: [64], dropout: [0.2], blocks: 2, activation: 'silu' } });
  assert.match(
    networkStory({ ...run, inspection: { ...inspection, spec: blocks.model } })[0],
    /^1 hidden layer of 64 units with SiLU, layer normalization, dropout of 20% after each, 2 residual blocks of up to 128 units with dropout of 20%;/,
  );
  const sgd = { ...run, config: resolveConfig({ settings: { optimizer: 'sgd', momentum: 0.8 } }) };
  assert.match(networkStory(sgd)[1], /^Trained with gradient descent with momentum 0\.8 for/);
  const lion = resolveConfig({ settings: { optimizer: 'lion', clip: 1, swa: 0.25 } });
  assert.match(
    networkStory({ ...run, config: lion })[1],
    /^Trained with Lion for .*, gradients clipped to a norm of 1, average of the weights over the last 25% of training, seed 1\.$/,
  );
  const begun = resolveConfig({ settings: { stem: 'edges', init: 'kaiming' } });
  assert.match(
    networkStory({ ...run, config: begun })[1],
    /batches of 64, stem edges as the first two layers, initializer kaiming, seed 1\.$/,
  );
  const lasso = resolveConfig({ settings: { optimizer: 'sgd', lasso: 1e-5 } });
  assert.match(networkStory({ ...run, config: lasso })[1], /, β-LASSO with λ 0\.00001 and β 50, seed 1\.$/);
});

/** A run of some test images with these predictions; all are of class 0. */
function runWith(run: string, predicted: readonly number[]) {
  const correct = predicted.filter((each) => each === 0).length;
  const evaluation = { ...inspection.evaluation, images: predicted.length, correct };
  const accuracy = correct / predicted.length;
  const predictions = {
    labels: new Uint16Array(predicted.length),
    predicted: Uint16Array.from(predicted),
    confidence: new Float32Array(predicted.length).fill(0.9),
  };
  return makeReportRun({ ...inspection, run, evaluation: { ...evaluation, accuracy }, predictions });
}

test('the gain: images, points, and whether it is chance', () => {
  const weak = runWith('weak', [1, 1, 1, 1, 1, 1, 1, 0, 0, 1]);
  const strong = runWith('strong', [0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
  assert.deepEqual(gainStory(weak, strong), [
    'The accuracy of strong is 60.0 percentage points higher than that of weak: 6 test images.',
    "Exactly one of the two is correct on 8 images: only weak on 1, only strong on 7. The difference may be chance: the p-value of McNemar's exact test is 0.070.",
  ]);
  assert.match(
    gainStory(strong, weak)[0],
    /The accuracy of weak is 60\.0 percentage points lower than that of strong/,
  );
  assert.match(
    gainStory(strong, runWith('twin', [...strong.inspection.predictions.predicted]))[0],
    /have the same accuracy/,
  );
  const many = runWith(
    'many',
    Array.from({ length: 40 }, () => 0),
  );
  const none = runWith(
    'none',
    Array.from({ length: 40 }, () => 1),
  );
  assert.match(gainStory(none, many)[1], /The difference is more than chance: .* less than 0\.001/);
});

test('sentences about the test images agree with the inspection', () => {
  const { evaluation, topLosses } = inspection;
  assert.ok(
    accuracyStory(inspection).startsWith(
      `first classifies ${evaluation.correct} of 400 test images correctly: `,
    ),
  );
  assert.ok(lossesStory(inspection).includes(`test image ${topLosses[0].index}, labeled`));
  assert.equal(
    mapStory(inspection),
    'The two axes explain 59.0% of the variance of the activations of fc2. The map does not show the rest.',
  );
});

test('rejection: what is left of the images, and how accurate it is', () => {
  const interval = { low: 0, high: 1 };
  const rejection = [0, 0.5, 0.88].map((threshold) => ({
    threshold,
    kept: 300,
    coverage: 0.75,
    accuracy: 0.95,
    interval,
  }));
  assert.match(
    rejectionStory({ ...inspection, rejection }),
    /above a confidence of 88%, it answers for 75\.0% of the images, with an accuracy of 95\.0%/,
  );
});

test('units: dead or not', () => {
  const layer = (dead: number[]): Inspection['activity'][number] => ({
    layer: 'fc1',
    active: new Float32Array(8).fill(0.5),
    dead,
  });
  const told = (...activity: Inspection['activity']) => activityStory({ ...inspection, activity });
  assert.match(
    told(layer([]), layer([])),
    /^All 16 units with ReLU or Root are active for at least one test image/,
  );
  assert.match(told(layer([1, 2]), layer([7])), /^3 of 16 units with ReLU or Root are dead/);
  assert.equal(told(), 'No hidden unit uses ReLU or Root, and only those units can be dead.');
});

test('the curves: dropout is named where there is some, and whose accuracy it is', () => {
  const { spec } = inspection;
  const layers = spec.layers.filter(({ type }) => type !== 'Dropout');
  assert.match(
    trainingStory(inspection),
    /with dropout on\. Accuracy is shown for the validation images only/,
  );
  assert.doesNotMatch(trainingStory({ ...inspection, spec: { ...spec, layers } }), /dropout/);
});

test('times and probabilities are written for people', () => {
  assert.deepEqual([0.25, 9.96, 68.2, 185].map(duration), ['0.3 s', '10 s', '68 s', '3 min 05 s']);
  assert.deepEqual([0.0004, 0.0371, 1].map(chance), ['less than 0.001', '0.037', '1.000']);
});
