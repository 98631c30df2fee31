import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyFromSeed, RandomStream } from '../core/philox.ts';
import { type Confidences, calibrate, rejectionCurve } from './confidence.ts';
import { wilsonInterval } from './metrics.ts';

const confidences = (...pairs: readonly (readonly [confidence: number, correct: 0 | 1])[]): Confidences => ({
  confidence: Float64Array.from(pairs, ([value]) => value),
  correct: Uint8Array.from(pairs, ([, correct]) => correct),
});

test('a case worked by hand: two bins', () => {
  const { bins, ece } = calibrate(confidences([0.9, 1], [0.8, 1], [0.75, 0], [0.25, 0]), 2);
  assert.deepEqual(bins, [
    { low: 0, high: 0.5, count: 1, confidence: 0.25, accuracy: 0, interval: wilsonInterval(0, 1) },
    {
      low: 0.5,
      high: 1,
      count: 3,
      confidence: (0.9 + 0.8 + 0.75) / 3,
      accuracy: 2 / 3,
      interval: wilsonInterval(2, 3),
    },
  ]);
  // 1/4 * |0 - 0.25| + 3/4 * |2/3 - 2.45/3|
  assert.ok(Math.abs(ece - (0.25 / 4 + 0.45 / 4)) < 1e-12);
});

test('a bin holds its upper edge, the first one 0 as well, and bins without images are left out', () => {
  const edges = Array.from({ length: 15 }, (_, bin) => [(bin + 1) / 15, 1] as const);
  const { bins } = calibrate(confidences(...edges));
  assert.deepEqual(
    bins.map(({ count }) => count),
    edges.map(() => 1),
  );
  for (const { low, high, confidence } of bins) assert.ok(low < confidence && confidence <= high);
  const above = calibrate(confidences([1 / 15 + 1e-9, 1])).bins[0];
  assert.deepEqual([above.low, above.high], [1 / 15, 2 / 15]);
  const ends = calibrate(confidences([0, 0], [1, 1])).bins;
  assert.deepEqual(
    ends.map(({ low, high }) => [low, high]),
    [
      [0, 1 / 15],
      [14 / 15, 1],
    ],
  );
});

test('a network that is as often right as it says has an ECE near 0; one that boasts has the gap', () => {
  const random = new RandomStream(keyFromSeed(4));
  const draw = (accuracy: (confidence: number) => number): Confidences =>
    confidences(
      ...Array.from({ length: 100_000 }, () => {
        const confidence = 0.1 + 0.9 * random.nextFloat();
        return [confidence, random.nextFloat() < accuracy(confidence) ? 1 : 0] as const;
      }),
    );
  const honest = calibrate(draw((confidence) => confidence));
  assert.ok(honest.ece < 0.006, `${honest.ece}`);
  const within = honest.bins.filter(
    ({ confidence, interval }) => interval.low <= confidence && confidence <= interval.high,
  );
  assert.ok(within.length >= honest.bins.length - 2);
  // Mean confidence is 0.55; what is 0.3 of it too high is off by 0.165.
  const boasting = calibrate(draw((confidence) => 0.7 * confidence));
  assert.ok(Math.abs(boasting.ece - 0.165) < 0.006, `${boasting.ece}`);
});

test('turning the doubtful away leaves the others, and the curve ends where none are left', () => {
  const points = rejectionCurve(confidences([0.9, 1], [0.5, 0], [0.7, 1], [0.6, 0]), [0, 0.6, 0.61, 0.95]);
  assert.deepEqual(points, [
    { threshold: 0, kept: 4, coverage: 1, accuracy: 0.5, interval: wilsonInterval(2, 4) },
    { threshold: 0.6, kept: 3, coverage: 0.75, accuracy: 2 / 3, interval: wilsonInterval(2, 3) },
    { threshold: 0.61, kept: 2, coverage: 0.5, accuracy: 1, interval: wilsonInterval(2, 2) },
  ]);
  const curve = rejectionCurve(confidences([1, 1], [0.2, 0]));
  assert.equal(curve.length, 103);
  assert.deepEqual(
    [curve[20], curve[21], curve[102]].map(({ threshold, kept }) => [threshold, kept]),
    [
      [0.2, 2],
      [0.21, 1],
      [0.9999, 1],
    ],
  );
});
