import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyFromSeed, RandomStream } from '../core/philox.ts';
import { classIntervals, confusedPairs, f1Interval } from './class-intervals.ts';
import { evaluateLogProbabilities, wilsonInterval } from './metrics.ts';

const confusion = [
  [80, 15, 5],
  [20, 70, 10],
  [5, 0, 0],
];

/** The evaluation that a confusion matrix comes from. */
function perClassOf(counts: readonly (readonly number[])[]) {
  const images = counts.flatMap((row, label) =>
    row.flatMap((count, called) => Array.from({ length: count }, () => ({ label, called }))),
  );
  const logProbabilities = images.flatMap(({ called }) => [0, 1, 2].map((c) => (c === called ? -0.1 : -3)));
  const labels = Uint16Array.from(images, ({ label }) => label);
  return evaluateLogProbabilities(Float32Array.from(logProbabilities), labels, ['a', 'b', 'c']).perClass;
}

test('precision is over the images called so, recall over the images that are', () => {
  const [a, b, c] = classIntervals(perClassOf(confusion), confusion);
  assert.deepEqual([a.name, a.recall, a.support], ['a', 0.8, 100]);
  assert.equal(a.precision, 80 / 105);
  assert.deepEqual(a.precisionInterval, wilsonInterval(80, 105));
  assert.deepEqual(a.recallInterval, wilsonInterval(80, 100));
  assert.deepEqual(b.precisionInterval, wilsonInterval(70, 85));
  assert.deepEqual([c.f1, c.recallInterval.low], [0, 0]);
  assert.ok(c.recallInterval.high > 0.4, 'five images prove little');
  for (const { f1, f1Interval: interval } of [a, b, c]) assert.ok(interval.low <= f1 && f1 <= interval.high);
});

test("the ends of F1's interval are where the score test of its share turns", () => {
  const { low, high } = f1Interval(70, 85, 100);
  const z2 = 1.959963984540054 ** 2;
  const n = 85 + 100 - 70;
  for (const f1 of [low, high]) {
    const share = f1 / (2 - f1);
    assert.ok(Math.abs((70 / n - share) ** 2 - (z2 * share * (1 - share)) / n) < 1e-12);
  }
  assert.deepEqual(f1Interval(0, 0, 0), { low: 0, high: 1 });
});

test("F1's interval holds the true F1 in about 95 of 100 samples", () => {
  // Of all images 20% are hits, 10% false alarms and 5% misses: F1 = 2 * 20 / (2 * 20 + 10 + 5).
  const truth = 40 / 55;
  const random = new RandomStream(keyFromSeed(11));
  const samples = 2000;
  let held = 0;
  for (let sample = 0; sample < samples; sample++) {
    let [hits, called, support] = [0, 0, 0];
    for (let image = 0; image < 300; image++) {
      const draw = random.nextFloat();
      if (draw < 0.2) hits += 1;
      if (draw < 0.3) called += 1;
      if (draw < 0.2 || (draw >= 0.3 && draw < 0.35)) support += 1;
    }
    const { low, high } = f1Interval(hits, called, support);
    if (low <= truth && truth <= high) held += 1;
  }
  // Three standard errors of 2,000 samples are 0.015.
  assert.ok(Math.abs(held / samples - 0.95) < 0.015, `${held} of ${samples}`);
});

test('pairs are ordered by how often they occur, equals by their classes; what never occurs is no pair', () => {
  assert.deepEqual(confusedPairs(confusion, 10), [
    { actual: 1, predicted: 0, count: 20, share: 0.2 },
    { actual: 0, predicted: 1, count: 15, share: 0.15 },
    { actual: 1, predicted: 2, count: 10, share: 0.1 },
    { actual: 0, predicted: 2, count: 5, share: 0.05 },
    { actual: 2, predicted: 0, count: 5, share: 1 },
  ]);
  assert.equal(confusedPairs(confusion, 2).length, 2);
  assert.deepEqual(
    confusedPairs(
      [
        [3, 0],
        [0, 0],
      ],
      5,
    ),
    [],
  );
});
