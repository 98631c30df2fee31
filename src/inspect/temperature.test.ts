import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyFromSeed, RandomStream } from '../core/philox.ts';
import { fitTemperature } from './temperature.ts';

const CLASSES = 4;
const COUNT = 300;

interface Said {
  readonly logProbabilities: Float32Array;
  readonly labels: Uint16Array;
}

/** Labels drawn from rows of probabilities that are then told `sharper` times as surely as they are. */
function draw(sharper: number, seed: number): Said {
  const random = new RandomStream(keyFromSeed(seed));
  const logProbabilities = new Float32Array(COUNT * CLASSES);
  const labels = Uint16Array.from({ length: COUNT }, (_, image) => {
    const logits = Array.from({ length: CLASSES }, () => 3 * random.nextFloat());
    const weights = logits.map((value) => Math.exp(value));
    const told = logits.map((value) => value * sharper);
    const log = Math.log(told.reduce((sum, value) => sum + Math.exp(value), 0));
    told.forEach((value, i) => {
      logProbabilities[image * CLASSES + i] = value - log;
    });
    let rest = random.nextFloat() * weights.reduce((a, b) => a + b);
    return weights.findIndex((weight) => {
      rest -= weight;
      return rest < 0;
    });
  });
  return { logProbabilities, labels };
}

/** Mean NLL at a temperature, in float64. */
function nll({ logProbabilities, labels }: Said, temperature: number): number {
  let sum = 0;
  labels.forEach((label, image) => {
    const row = Array.from(
      logProbabilities.subarray(image * CLASSES, (image + 1) * CLASSES),
      (value) => value / temperature,
    );
    sum += Math.log(row.reduce((total, value) => total + Math.exp(value), 0)) - row[label];
  });
  return sum / labels.length;
}

test('no temperature of a fine grid has a lower NLL', () => {
  for (const [sharper, seed] of [
    [0.4, 1],
    [1, 2],
    [3, 3],
  ]) {
    const said = draw(sharper, seed);
    const fitted = fitTemperature(said.logProbabilities, said.labels, CLASSES);
    // Of a finite sample: near what the rows were sharpened by.
    assert.ok(fitted > sharper * 0.75 && fitted < sharper * 1.33, `${fitted} for ${sharper}`);
    const least = nll(said, fitted);
    for (let temperature = 0.1; temperature < 10; temperature *= 1.005)
      assert.ok(least <= nll(said, temperature) + 1e-9, `${temperature} is better than ${fitted}`);
    for (const beside of [fitted - 0.001, fitted + 0.001]) assert.ok(least < nll(said, beside));
  }
});

test('a classifier that is always right is made as sure as can be, one that is always wrong as unsure', () => {
  const rows = Float32Array.from({ length: 20 }, (_, i) => Math.log(i % CLASSES === 0 ? 0.7 : 0.1));
  assert.equal(fitTemperature(rows, new Uint16Array(5), CLASSES), 0.05);
  assert.equal(fitTemperature(rows, new Uint16Array(5).fill(1), CLASSES), 20);
});
