import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyFromSeed, RandomStream } from '../core/philox.ts';
import type { EpochMetrics } from '../train/events.ts';
import { describeTraining, scatterOf } from './training.ts';

function history(
  validation: readonly number[],
  training = (epoch: number) => 1 / epoch,
): readonly EpochMetrics[] {
  return validation.map((validationLoss, i) => ({
    epoch: i + 1,
    trainLoss: training(i + 1),
    validationLoss,
    validationAccuracy: 0.5,
    learningRate: 0.01,
    seconds: 1,
  }));
}

/** `count` losses along a course, with scatter of the given standard deviation. */
function losses(count: number, course: (epoch: number) => number, scatter = 0, seed = 1): number[] {
  const random = new RandomStream(keyFromSeed(seed));
  // The sum of twelve uniform values less 6 is close to standard normal.
  const normal = () => Array.from({ length: 12 }, () => random.nextFloat()).reduce((a, b) => a + b) - 6;
  return Array.from({ length: count }, (_, i) => course(i + 1) + scatter * normal());
}

test('scatter about a smooth course is measured, whatever the course', () => {
  for (const seed of [1, 2, 3]) {
    const measured = scatterOf(losses(2000, (epoch) => 2 - epoch / 1000, 0.01, seed));
    assert.ok(Math.abs(measured - 0.01) < 0.001, `${measured}`);
  }
  assert.ok(scatterOf([5, 4, 3, 2, 1, 0]) < 1e-15);
  // Second differences 1, -2, 5: the median size is 2.
  assert.ok(Math.abs(scatterOf([0, 0, 1, 0, 4]) - 2 / (0.6745 * Math.sqrt(6))) < 1e-12);
});

test('the best epoch is the earliest of the lowest', () => {
  const { bestEpoch, run } = describeTraining('a', history([3, 1, 2, 1, 2]));
  assert.deepEqual([run, bestEpoch], ['a', 2]);
});

test('too little to go by is said to be so', () => {
  const one = describeTraining('a', history([0.5]));
  assert.equal(
    one.sentence,
    'A single epoch cannot show where validation loss stops falling; it ended at 0.5000.',
  );
  const few = describeTraining('a', history([0.5, 0.4, 0.45]));
  assert.equal(
    few.sentence,
    'Validation loss is lowest at epoch 2 of 3, 0.4000; these are too few epochs to show where it stops falling.',
  );
  assert.deepEqual([one.stopsFalling, few.stopsFalling], [undefined, undefined]);
});

test('a loss that never falls', () => {
  const { sentence, bestEpoch, stopsFalling } = describeTraining(
    'a',
    history([0.5, 0.6, 0.55, 0.7, 0.8, 0.9]),
  );
  assert.equal(
    sentence,
    'Validation loss never falls below the 0.5000 of the first epoch; after epoch 6 it is 0.9000.',
  );
  assert.deepEqual([bestEpoch, stopsFalling], [1, undefined]);
});

test('a loss that still falls at the end, fast or slowly, has no stop', () => {
  for (const course of [
    losses(20, (epoch) => 1 / epoch),
    losses(20, (epoch) => 1 / epoch, 0.0005),
    losses(40, (epoch) => 0.5 + Math.exp(-epoch / 2) - 0.004 * epoch, 0.004),
  ]) {
    const { sentence, stopsFalling } = describeTraining('a', history(course));
    assert.match(
      sentence,
      /^Validation loss still falls when training ends: its lowest is 0\.\d{4} at epoch/,
    );
    assert.equal(stopsFalling, undefined);
  }
});

test('a loss that jumps about, with its lowest epoch long before its end, is not said to fall', () => {
  // The run of 5 training images and 1 validation image.
  const course = [
    3.1589, 1.6372, 0.3333, 1.5331, 3.6696, 4.8811, 5.1711, 4.6957, 4.0077, 3.2974, 2.6766, 2.0784, 1.5652,
    1.1743, 0.9195, 0.7453, 0.6498, 0.6172, 0.6354, 0.6932, 0.7869, 0.9089, 1.0447, 1.2161, 1.4161,
  ];
  const { sentence, stopsFalling } = describeTraining('a', history(course));
  assert.equal(
    sentence,
    'Validation loss is lowest at epoch 3 of 25, 0.3333, and 1.0745 in the mean of the epochs from 21 on; ' +
      'it changes too much from epoch to epoch to show where it stops falling.',
  );
  assert.equal(stopsFalling, undefined);
  // Over many courses that fall with scatter, the low epoch of chance does not change the sentence.
  for (let seed = 1; seed <= 100; seed++) {
    const falling = losses(40, (epoch) => 2 - 0.02 * epoch, 0.01, seed);
    assert.doesNotMatch(describeTraining('a', history(falling)).sentence, /changes too much/);
  }
});

test('a loss that turns and rises while training loss falls on is overfitting', () => {
  const course = losses(20, (epoch) => 0.3 + Math.abs(epoch - 6) / 20);
  const turned = describeTraining('a', history(course));
  assert.equal(turned.stopsFalling, 6);
  // The last five epochs are 10 to 14 past the turn: 0.3 + 12 / 20.
  assert.equal(
    turned.sentence,
    'Validation loss stops falling at epoch 6 of 20, at 0.3000, and rises to 0.9000, the mean of the epochs from 16 on, while training loss falls on from 0.1667 to 0.0500: the network overfits.',
  );
  const both = describeTraining(
    'a',
    history(course, (epoch) => epoch),
  );
  assert.match(both.sentence, /the mean of the epochs from 16 on\.$/);
  const noisy = losses(
    40,
    (epoch) => 0.3 + Math.max(0.05 * (8 - epoch), 0) + 0.01 * Math.max(epoch - 15, 0),
    0.01,
  );
  const { sentence, stopsFalling = 0 } = describeTraining('a', history(noisy));
  assert.ok(stopsFalling >= 7 && stopsFalling <= 13, sentence);
  assert.match(sentence, /about epoch \d+ of 40, is lowest at epoch \d+, 0\.\d{4}, and rises to 0\.5/);
});

test('a loss that levels out stops near its bend, though the lowest of the scatter comes anywhere', () => {
  const bends: number[] = [];
  for (let seed = 1; seed <= 100; seed++) {
    const course = losses(40, (epoch) => 0.3 + Math.max(0.02 * (12 - epoch), 0), 0.005, seed);
    const { sentence, stopsFalling = Number.NaN, bestEpoch } = describeTraining('a', history(course));
    if (!/by no more than chance/.test(sentence)) continue;
    assert.ok(stopsFalling <= bestEpoch, sentence);
    assert.match(sentence, new RegExp(`epoch ${stopsFalling} of 40`));
    bends.push(stopsFalling);
  }
  assert.ok(bends.length >= 95, 'two standard errors are overstepped by chance, but seldom');
  bends.sort((a, b) => a - b);
  assert.equal(bends[50], 12);
  assert.ok(bends[0] >= 10 && bends[90] <= 16, `${bends}`);
});

test('epochs without a finite loss are passed over; a history without any is refused', () => {
  assert.equal(describeTraining('a', history([Number.NaN, 2, 1, Number.NaN])).bestEpoch, 3);
  assert.throws(() => describeTraining('a', history([Number.NaN])), { kind: 'runtime' });
  assert.throws(() => describeTraining('a', []), { kind: 'runtime' });
});
