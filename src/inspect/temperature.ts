/** Fits the temperature that calibrates a classifier. */

import { aNumber, checkArguments, floats } from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { someLabels } from '../data/argument-kinds.ts';
import { expNonPositive } from '../engine/math.ts';

/**
 * Range of temperatures: near the lower end all confidences are about 1, near the upper end all classes are
 * equally probable.
 */
export const TEMPERATURES = { least: 0.05, most: 20 } as const;

/** Halvings of the range of 1/T: below 1e-8, which is finer than the rounding of the result. */
const HALVINGS = 32;
/** A temperature has four decimals: more would change nothing measurable. */
const DECIMALS = 1e4;

/**
 * The temperature T of least mean NLL on labeled images, of log_softmax(log p / T) (Guo et al., ICML 2017). The NLL is
 * convex in 1/T, so its slope has at most one zero, which bisection finds. Same input, same bits.
 * @param logProbabilities [labels.length, classes]
 * @throws CoutureError of kind `usage` when labels, classes and log-probabilities do not fit each other
 */
export function fitTemperature(logProbabilities: Float32Array, labels: Uint16Array, classes: number): number {
  checkArguments('fitTemperature', {
    logProbabilities: [logProbabilities, floats],
    labels: [labels, someLabels],
    classes: [classes, aNumber],
  });
  if (!Number.isInteger(classes) || classes < 1 || logProbabilities.length !== labels.length * classes)
    throw new CoutureError(
      'usage',
      `${logProbabilities.length} log-probabilities do not match ${labels.length} images in ${classes} classes.`,
    );
  let low = 1 / TEMPERATURES.most;
  let high = 1 / TEMPERATURES.least;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (slope(logProbabilities, labels, classes, middle) > 0) high = middle;
    else low = middle;
  }
  return Math.round((2 / (low + high)) * DECIMALS) / DECIMALS;
}

/**
 * Derivative of the summed NLL with respect to the inverse temperature: mean log p under the tempered row,
 * minus that of the label.
 */
function slope(
  logProbabilities: Float32Array,
  labels: Uint16Array,
  classes: number,
  inverse: number,
): number {
  let sum = 0;
  labels.forEach((label, image) => {
    const row = logProbabilities.subarray(image * classes, (image + 1) * classes);
    const largest = row.reduce((most, value) => Math.max(most, value));
    let total = 0;
    let weighted = 0;
    for (const value of row) {
      const weight = expNonPositive(Math.fround((value - largest) * inverse));
      total += weight;
      weighted += weight * value;
    }
    sum += weighted / total - row[label];
  });
  return sum;
}
