/** The predictions of a network for each image of a data set, the basis of all analyses. */

import { argMax } from '../core/arg-max.ts';
import { CoutureError } from '../core/errors.ts';
import { type Dataset, imageAt } from '../data/dataset.ts';
import type { PredictedImage } from './inspection.ts';

/** One entry per image, in the order of the data set. */
export interface Predictions {
  readonly dataset: Dataset;
  /** [images, classes]. */
  readonly logProbabilities: Float32Array;
  /** The class with the largest probability; the lowest of equal ones. */
  readonly predicted: Uint16Array;
  /** The probability of the predicted class, 0 to 1. */
  readonly confidence: Float64Array;
  /** 1 if the predicted class is the true one, otherwise 0. */
  readonly correct: Uint8Array;
  /** NLL of the true class, nats. */
  readonly losses: Float64Array;
}

/**
 * Reads log-probabilities [images, classes] of every image of a data set.
 * @throws CoutureError of kind `runtime` when the number of images differs
 */
export function readPredictions(dataset: Dataset, logProbabilities: Float32Array): Predictions {
  const { length, labels } = dataset;
  const classes = dataset.info.classNames.length;
  if (logProbabilities.length !== length * classes) {
    throw new CoutureError(
      'runtime',
      `${logProbabilities.length} log-probabilities do not match ${length} images in ${classes} classes.`,
    );
  }
  const predicted = new Uint16Array(length);
  const confidence = new Float64Array(length);
  const correct = new Uint8Array(length);
  const losses = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const row = i * classes;
    predicted[i] = argMax(logProbabilities, row, classes);
    confidence[i] = probability(logProbabilities[row + predicted[i]]);
    correct[i] = predicted[i] === labels[i] ? 1 : 0;
    losses[i] = 0 - logProbabilities[row + labels[i]];
  }
  return { dataset, logProbabilities, predicted, confidence, correct, losses };
}

/** A copy of one image with its prediction. */
export function predictedImage(predictions: Predictions, index: number): PredictedImage {
  const { dataset, logProbabilities, predicted, losses } = predictions;
  const classes = dataset.info.classNames.length;
  const row = logProbabilities.subarray(index * classes, (index + 1) * classes);
  return {
    pixels: imageAt(dataset, index).slice(),
    label: dataset.labels[index],
    index,
    probabilities: Array.from(row, probability),
    predicted: predicted[index],
    loss: losses[index],
  };
}

/** Rounding may leave a log-probability slightly above 0. */
function probability(logProbability: number): number {
  return Math.min(1, Math.exp(logProbability));
}
