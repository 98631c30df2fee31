import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EpochMetrics } from '../train/events.ts';
import { formatResults, parseResults } from './results.ts';

const row = (epoch: number, trainLoss: number): EpochMetrics => ({
  epoch,
  trainLoss,
  validationLoss: 1 / 3 / epoch,
  validationAccuracy: 0.8261666666666667,
  learningRate: 0.0007,
  seconds: 1.25,
});

test('what is written is read back, every bit of it', () => {
  const history = [row(1, 0.1 + 0.2), row(2, Number.NaN), row(3, Number.POSITIVE_INFINITY), row(4, 1e-7)];
  assert.deepEqual(parseResults(formatResults(history), 'results.csv'), history);
  assert.deepEqual(parseResults(formatResults([]), 'results.csv'), []);
});

test('a damaged file is refused, and the line is named', () => {
  const good = formatResults([row(1, 0.5), row(2, 0.4)]);
  const wrongs: [string, RegExp][] = [
    ['', /begins ""/],
    [good.replace('val_loss', 'loss'), /not a results\.csv/],
    [good.replace('\n2,', '\n3,'), /line 3/],
    [good.replace('0.8261666666666667', '1.5'), /line 2/],
    [good.replace('0.0007', ''), /line 2/],
    [good.slice(0, -12), /line 3/],
    [good.replace('0.5', 'half'), /line 2/],
    [good.replace('0.5', '0.5x'), /line 2/],
  ];
  for (const [text, message] of wrongs)
    assert.throws(() => parseResults(text, 'results.csv'), { kind: 'data', message });
});
