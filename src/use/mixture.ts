/**
 * Combines several networks, or views of an image: the mean of their probabilities, and a temperature. Works
 * on log-probabilities with the engine's own exp and log, so that every machine gives the same bits. The
 * largest term of an image is factored out of every sum, so that no probability underflows.
 */

import { expNonPositive, logFromOne } from '../engine/math.ts';

const f = Math.fround;

/**
 * The running sum of rows of probabilities [images, classes], each stored as its largest term times a sum of
 * at least 1.
 */
export class Mixture {
  readonly #largest: Float32Array;
  readonly #sums: Float32Array;
  #count = 0;

  /** @param length images times classes */
  constructor(length: number) {
    this.#largest = new Float32Array(length);
    this.#sums = new Float32Array(length);
  }

  /** Adds one network's log-probabilities. */
  add(logProbabilities: Float32Array): void {
    this.#count += 1;
    const [largest, sums] = [this.#largest, this.#sums];
    logProbabilities.forEach((value, i) => {
      if (this.#count === 1) {
        largest[i] = value;
        sums[i] = 1;
      } else if (value <= largest[i]) {
        sums[i] += expNonPositive(f(value - largest[i]));
      } else {
        sums[i] = sums[i] * expNonPositive(f(largest[i] - value)) + 1;
        largest[i] = value;
      }
    });
  }

  /** The log of the mean of the added probabilities; a single one is returned unchanged. */
  logMean(): Float32Array {
    const logCount = logFromOne(this.#count);
    return this.#largest.map((value, i) => f(value + logFromOne(this.#sums[i])) - logCount);
  }
}

/**
 * Log-probabilities [images, classes] at a temperature T: log_softmax(log p / T) of each row. Above 1 they
 * are less confident, below 1 more confident; the order of the classes does not change (Guo, Pleiss, Sun &
 * Weinberger, "On calibration of modern neural networks", ICML 2017). T = 1 gives the same values back.
 */
export function temper(logProbabilities: Float32Array, classes: number, temperature: number): Float32Array {
  if (temperature === 1) return logProbabilities;
  const tempered = new Float32Array(logProbabilities.length);
  for (let row = 0; row < tempered.length; row += classes) {
    const given = logProbabilities.subarray(row, row + classes);
    const own = tempered.subarray(row, row + classes);
    const largest = given.reduce((most, value) => Math.max(most, value));
    let sum = 0;
    for (let i = 0; i < classes; i++) {
      own[i] = (given[i] - largest) / temperature;
      sum = f(sum + expNonPositive(own[i]));
    }
    const log = logFromOne(sum);
    for (let i = 0; i < classes; i++) own[i] -= log;
  }
  return tempered;
}
