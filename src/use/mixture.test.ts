import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyFromSeed, RandomStream } from '../core/philox.ts';
import { expNonPositive, logFromOne } from '../engine/math.ts';
import { Mixture, temper } from './mixture.ts';

const CLASSES = 5;

/** Log-probabilities of rows, in float32, some of them far below what exp can tell from 0. */
function draw(rows: number, seed: number): Float32Array {
  const random = new RandomStream(keyFromSeed(seed));
  const all = new Float32Array(rows * CLASSES);
  for (let row = 0; row < rows; row++) {
    const spread = 10 ** (random.nextFloat() * 3);
    const logits = Array.from({ length: CLASSES }, () => random.nextFloat() * spread);
    const log = Math.log(logits.reduce((sum, value) => sum + Math.exp(value - Math.max(...logits)), 0));
    logits.forEach((value, i) => {
      all[row * CLASSES + i] = value - Math.max(...logits) - log;
    });
  }
  return all;
}

test('exp and log hold over all that sums of probabilities ask of them', () => {
  for (let i = 0; i <= 10_000; i++) {
    const x = Math.fround((-86 * i) / 10_000);
    assert.ok(Math.abs(expNonPositive(x) / Math.exp(x) - 1) < 2e-7, `exp ${x}`);
    const y = Math.fround(1 + (640 * i) / 10_000);
    assert.ok(Math.abs(logFromOne(y) - Math.log(y)) <= 2e-7 * Math.max(1, Math.log(y)), `log ${y}`);
  }
  assert.deepEqual([expNonPositive(0), logFromOne(1), expNonPositive(-1000)], [1, 0, 0]);
});

test('a mixture is the log of the mean probability, as float64 has it', () => {
  for (const parts of [1, 2, 3, 10, 64]) {
    const all = Array.from({ length: parts }, (_, i) => draw(40, i + 1));
    const mixture = new Mixture(40 * CLASSES);
    for (const part of all) mixture.add(part);
    mixture.logMean().forEach((found, i) => {
      const most = Math.max(...all.map((part) => part[i]));
      const sum = all.reduce((total, part) => total + Math.exp(part[i] - most), 0);
      const expected = most + Math.log(sum / parts);
      assert.ok(Math.abs(found - expected) <= 1e-6 * Math.max(1, -expected), `${found}, not ${expected}`);
    });
    if (parts === 1) assert.deepEqual(mixture.logMean(), all[0]);
  }
});

test('a temperature is log_softmax of the divided log-probabilities, and 1 changes no bit', () => {
  const given = draw(50, 9);
  assert.deepEqual(temper(given, CLASSES, 1), given);
  for (const temperature of [0.05, 0.7, 1.5, 20]) {
    const found = temper(given, CLASSES, temperature);
    for (let row = 0; row < given.length; row += CLASSES) {
      const divided = Array.from(given.subarray(row, row + CLASSES), (value) => value / temperature);
      const most = Math.max(...divided);
      const log = most + Math.log(divided.reduce((sum, value) => sum + Math.exp(value - most), 0));
      divided.forEach((value, i) => {
        const expected = value - log;
        const slip = Math.abs(found[row + i] - expected);
        assert.ok(slip <= 1e-6 * Math.max(1, -expected), `${found[row + i]}, not ${expected}`);
      });
    }
  }
});
