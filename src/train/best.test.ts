import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bestEpoch } from './best.ts';
import type { EpochMetrics } from './events.ts';

function history(...rows: [loss: number, accuracy: number][]): EpochMetrics[] {
  return rows.map(([validationLoss, validationAccuracy], i) => ({
    epoch: i + 1,
    trainLoss: 1,
    validationLoss,
    validationAccuracy,
    learningRate: 0.1,
    seconds: 1,
  }));
}

test('an epoch is the best by loss, by accuracy or by being the last; of equals the earlier', () => {
  const rows = history([0.5, 0.8], [0.3, 0.7], [0.3, 0.9], [0.4, 0.9], [0.6, 0.6]);
  assert.equal(bestEpoch(rows, 'loss')?.epoch, 2);
  assert.equal(bestEpoch(rows, 'accuracy')?.epoch, 3);
  assert.equal(bestEpoch(rows, 'last')?.epoch, 5);
});

test('epochs without a finite loss do not count', () => {
  const rows = history([0.5, 0.8], [Number.NaN, 0.9], [Number.POSITIVE_INFINITY, 0.95]);
  for (const select of ['loss', 'accuracy', 'last'] as const) assert.equal(bestEpoch(rows, select)?.epoch, 1);
  assert.equal(bestEpoch(history([Number.NaN, 0.1]), 'last'), undefined);
});
