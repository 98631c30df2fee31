import assert from 'node:assert/strict';
import { test } from 'node:test';
import { madeUpCurves } from '../../../test/figures/rates-fixture.ts';
import { probabilityBars } from './bars.ts';
import { bytes, clock, count, duration, paint, percent } from './format.ts';
import { createProgress } from './progress.ts';
import { ratePlot, rateText } from './rates.ts';
import { table } from './table.ts';
import { epochLine, liveLine } from './training.ts';

test('numbers are written for people', () => {
  assert.equal(percent(0.87424), '87.42%');
  assert.equal(count(48_000), '48,000');
  assert.deepEqual([5, 65, 723, 3723].map(clock), ['0:05', '1:05', '12:03', '1:02:03']);
  assert.deepEqual([0.6, 31.2, 723].map(duration), ['0.6 s', '31 s', '12:03 min']);
  assert.deepEqual([12, 2048, 1_637_620].map(bytes), ['12 B', '2.0 KiB', '1.6 MiB']);
  assert.equal(paint(false, 'bold', 'x'), 'x');
  assert.equal(paint(true, 'bold', 'x'), '\x1b[1mx\x1b[22m');
});

test('bars: the likeliest first, at most ten, none longer than the terminal', () => {
  const names = Array.from({ length: 26 }, (_, i) => String.fromCharCode(97 + i));
  const probabilities = names.map((_, i) => (i === 3 ? 0.75 : 0.01));
  const lines = probabilityBars(names, probabilities, { color: false, columns: 40 }).split('\n');
  assert.equal(lines.length, 10);
  assert.match(lines[0], /^ {2}d {3}75\.00% {2}█+▊?$/);
  assert.ok(lines.every((line) => line.length <= 40));
});

test('the plot of a search for a rate stays within the terminal and marks the suggested rate', () => {
  for (const columns of [30, 80, 200]) {
    for (const [name, curve] of Object.entries(madeUpCurves)) {
      const lines = ratePlot(curve, { color: false, columns });
      assert.ok(
        lines.every((line) => line.length <= columns && !/NaN|undefined/.test(line)),
        `${name}: ${lines.join('\n')}`,
      );
    }
  }
  const { diverged } = madeUpCurves;
  const lines = ratePlot(diverged, { color: false, columns: 80 });
  // High at first, low in the end; the mark is where the logarithm of the rate says.
  assert.match(lines[0], /^ 2\.\d\d [▁-█]{10,20}$/);
  assert.match(lines[7], /^ 0\.\d\d [▁-█]{70,}$/);
  const { rates, suggested = 0 } = diverged;
  const share = Math.log(suggested / rates[0]) / Math.log(rates[rates.length - 1] / rates[0]);
  assert.ok(Math.abs(lines[9].indexOf('▲') - 6 - share * 72) <= 1);
  assert.match(lines[8], /^ {6}1e-6 +1e-5 +0\.0001 +0\.001 +0\.01/);
  assert.deepEqual([1e-7, 0.00031, 0.0123, 1].map(rateText), ['1e-7', '0.00031', '0.012', '1']);
});

test('a table aligns its columns and has no spaces at the ends of lines', () => {
  assert.equal(
    table(
      ['name', 'n'],
      [
        ['a', 5],
        ['long', 50],
      ],
      ['left', 'right'],
    ),
    'name   n\na      5\nlong  50',
  );
});

test('progress is redrawn where it can be, and one line at its end in any case', () => {
  const lines: string[] = [];
  const drawn: string[] = [];
  const err = (text: string): void => void lines.push(text);
  const onTerminal = createProgress({
    total: 4,
    label: 'file',
    err,
    redraw: (line) => void drawn.push(line),
  });
  onTerminal.update(2, '2 of 4 MB');
  onTerminal.update(4, '4 of 4 MB');
  onTerminal.done();
  onTerminal.done();
  onTerminal.update(4);
  assert.match(drawn[0], /file ━{12}─{12} {2}50% {2}2 of 4 MB$/);
  assert.deepEqual(lines, ['file: 4 of 4 MB']);
  const elsewhere = createProgress({ total: 4, label: 'other', err, redraw: undefined });
  elsewhere.update(1);
  elsewhere.done();
  assert.equal(lines[1], 'other: done');
});

test('the figures of an epoch fit into 80 columns at any speed, and say all that fits', () => {
  const metrics = {
    epoch: 1,
    trainLoss: 0.6231,
    validationLoss: 0.5031,
    validationAccuracy: 0.8744,
    learningRate: 0.003,
    seconds: 0.56,
  };
  const full = 'epoch 1/2  loss 0.6231  val loss 0.5031  accuracy 87.44%  0.6 s';
  assert.equal(epochLine(metrics, 2, 500, true), `${full}  893 img/s  best`);
  // 83 columns with all digits.
  assert.equal(epochLine(metrics, 2, 47_826, true), `${full}  85k img/s  best`);
  assert.equal(epochLine(metrics, 2, 47_826, false), `${full}  85k img/s`);
  for (const total of [1, 20, 999])
    for (const rate of [12, 8_540, 85_403, 854_031])
      for (const seconds of [0.4, 61, 723, 7_384])
        for (const loss of [0.6231, 12.6231, 123.6231]) {
          const row = { ...metrics, epoch: total, seconds, trainLoss: loss, validationLoss: loss };
          const line = epochLine({ ...row, validationAccuracy: 1 }, total, rate * seconds, true);
          assert.ok(line.length <= 80, `${line.length}: ${line}`);
          assert.match(line, / {2}best$/);
          const live = { epoch: total, epochs: total, loss, imagesPerSecond: rate, left: seconds };
          for (const last of [undefined, row]) {
            const drawn = liveLine({ ...live, last });
            assert.ok(drawn.length <= 80, `${drawn.length}: ${drawn}`);
            assert.match(drawn, /img\/s {2}[\d:]+ left$/);
          }
        }
});
