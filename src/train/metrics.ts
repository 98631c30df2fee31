/** The two figures that training watches, from log-probabilities and labels. The full set is in inspect/. */

import { argMax } from '../core/arg-max.ts';

/**
 * Mean NLL in nats and number of correctly classified images; sums are in float64, in the order of the
 * images.
 */
export function lossAndCorrect(
  logProbabilities: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
): { loss: number; correct: number } {
  let loss = 0;
  let correct = 0;
  for (let i = 0; i < labels.length; i++) {
    loss -= logProbabilities[i * classes + labels[i]];
    if (argMax(logProbabilities, i * classes, classes) === labels[i]) correct += 1;
  }
  return { loss: loss / labels.length, correct };
}

/** The predicted class of each row of log-probabilities [images, classes]. */
export function predictedClasses(logProbabilities: Float32Array, classes: number): Uint16Array {
  const images = logProbabilities.length / classes;
  return Uint16Array.from({ length: images }, (_, i) => argMax(logProbabilities, i * classes, classes));
}
