import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EpochMetrics } from '../train/events.ts';
import { checkResults, formatResults, parseResults } from './results.ts';

const row = (epoch: number, trainLoss: number): EpochMetrics => ({
  epoch,
  trainLoss,
  validationLoss: 1 / 3 / epoch,
  validationAccuracy: 0.8261666666666667,
  learningRate: 0.0007,
  seconds: 1.25,
});
const history = [row(1, 0.1 + 0.2), row(2, Number.NaN), row(3, Number.POSITIVE_INFINITY), row(4, 1e-7)];
const text = formatResults(history);

test('what is written is what the checkpoint tells, whatever its line ends', () => {
  checkResults(text, history, true, 'results.csv');
  checkResults(text.replaceAll('\n', '\r\n'), history, true, 'results.csv');
  checkResults(formatResults([]), [], false, 'results.csv');
});

test('rows may be ahead of a checkpoint until the run is finished', () => {
  checkResults(text, history.slice(0, 2), false, 'results.csv');
  assert.throws(() => checkResults(text, history.slice(0, 2), true, 'results.csv'), {
    kind: 'data',
    message: 'results.csv is damaged: line 4 does not match the checkpoint.',
  });
});

test('a damaged file is refused, and the line is named', () => {
  const wrongs: [string, RegExp][] = [
    ['', /line 1/],
    [text.replace('val_loss', 'loss'), /line 1/],
    [text.replace('\n2,', '\n3,'), /line 3/],
    [text.replace('0.8261666666666667', '0.8261666666666666'), /line 2/],
    [text.replace('0.0007', ''), /line 2/],
    [text.slice(0, -12), /line 5/],
    [text.replace(/\n4,.*/, ''), /line 5/],
  ];
  for (const finished of [true, false])
    for (const [wrong, message] of wrongs)
      assert.throws(() => checkResults(wrong, history, finished, 'results.csv'), { kind: 'data', message });
});

test('the text of results is read as it was written, and any other line is named', () => {
  const text = formatResults(history);
  assert.deepEqual(parseResults(text, 'results.csv'), history);
  assert.deepEqual(parseResults(formatResults([]), 'results.csv'), []);
  for (const [from, to, line] of [
    ['epoch,', 'epochs,', 1],
    ['\n2,', '\n3,', 3],
    ['0.8261666666666667', 'high', 2],
    [',1.250', '', 2],
    ['0.8261666666666667', '', 2],
    ['0.8261666666666667', '0.8,1', 2],
  ] as const)
    assert.throws(
      () => parseResults(text.replace(from, to), 'results.csv'),
      new RegExp(`results\\.csv is damaged: line ${line} `),
      `${from} to ${to}`,
    );
});
