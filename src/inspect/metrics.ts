/**
 * The figures of a classifier on labeled images, from its log-probabilities. Sums are taken in float64 in
 * the order of the images, so that the same log-probabilities always give the same figures.
 */

import { argMax } from '../core/arg-max.ts';
import { aNumber, anArray, checkArguments, floats } from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { someLabels } from '../data/argument-kinds.ts';

/** A range that holds the true value with 95% confidence. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The figures of one class. A ratio with a denominator of 0 is 0, as in scikit-learn. */
export interface ClassMetrics {
  readonly name: string;
  /** Share of correct images among those predicted as this class. */
  readonly precision: number;
  /** Share of the images of this class that are predicted as this class. */
  readonly recall: number;
  readonly f1: number;
  /** Images of this class. */
  readonly support: number;
}

/** The figures of `couture evaluate`. */
export interface Evaluation {
  readonly images: number;
  /** Mean NLL, nats. */
  readonly loss: number;
  readonly correct: number;
  readonly accuracy: number;
  /** Wilson's 95% interval of the accuracy. */
  readonly interval: Interval;
  /** Counts by [true class][predicted class]. */
  readonly confusion: readonly (readonly number[])[];
  readonly perClass: readonly ClassMetrics[];
  /** Unweighted means over the classes that occur, as a label or as a prediction. */
  readonly macro: { readonly precision: number; readonly recall: number; readonly f1: number };
}

/** Wilson's 95% score interval for a share of `total` (E. B. Wilson 1927): valid near 0 and 1 as well. */
export function wilsonInterval(count: number, total: number): Interval {
  checkArguments('wilsonInterval', { count: [count, aNumber], total: [total, aNumber] });
  if (total === 0) return { low: 0, high: 1 };
  const z = 1.959963984540054;
  const share = count / total;
  const scale = 1 + (z * z) / total;
  const middle = (share + (z * z) / (2 * total)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / total + (z * z) / (4 * total * total));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/**
 * Evaluates log-probabilities [labels.length, classNames.length] against labels.
 * @throws CoutureError of kind `runtime` when a log-probability is not finite
 */
export function evaluateLogProbabilities(
  logProbabilities: Float32Array,
  labels: Uint16Array,
  classNames: readonly string[],
): Evaluation {
  checkArguments('evaluateLogProbabilities', {
    logProbabilities: [logProbabilities, floats],
    labels: [labels, someLabels],
    classNames: [classNames, anArray],
  });
  const classes = classNames.length;
  const images = labels.length;
  if (images === 0 || logProbabilities.length !== images * classes) {
    throw new CoutureError(
      'runtime',
      `${logProbabilities.length} log-probabilities do not match ${images} images in ${classes} classes.`,
    );
  }
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  let lossSum = 0;
  let correct = 0;
  for (let image = 0; image < images; image++) {
    const row = image * classes;
    for (let i = row; i < row + classes; i++) {
      if (!Number.isFinite(logProbabilities[i])) {
        throw new CoutureError('runtime', `Image ${image} has a log-probability of ${logProbabilities[i]}.`, {
          hint: 'The weights have diverged; train with a smaller learning rate.',
        });
      }
    }
    const label = labels[image];
    if (label >= classes)
      throw new CoutureError(
        'runtime',
        `Label ${label} of image ${image} is out of range (${classes} classes).`,
      );
    const predicted = argMax(logProbabilities, row, classes);
    lossSum -= logProbabilities[row + label];
    confusion[label][predicted] += 1;
    if (predicted === label) correct += 1;
  }
  const perClass = classNames.map((name, index) => classMetrics(name, index, confusion));
  // As in scikit-learn: a class that neither occurs nor is predicted is not in the means.
  const isPredicted = (index: number): boolean => confusion.some((row) => row[index] > 0);
  const met = perClass.filter(({ support }, index) => support > 0 || isPredicted(index));
  const mean = (pick: (metrics: ClassMetrics) => number): number =>
    met.reduce((sum, metrics) => sum + pick(metrics), 0) / met.length;
  return {
    images,
    loss: lossSum / images,
    correct,
    accuracy: correct / images,
    interval: wilsonInterval(correct, images),
    confusion,
    perClass,
    macro: {
      precision: mean((metrics) => metrics.precision),
      recall: mean((metrics) => metrics.recall),
      f1: mean((metrics) => metrics.f1),
    },
  };
}

function classMetrics(name: string, index: number, confusion: readonly (readonly number[])[]): ClassMetrics {
  const hits = confusion[index][index];
  const support = confusion[index].reduce((sum, count) => sum + count, 0);
  const called = confusion.reduce((sum, row) => sum + row[index], 0);
  const precision = called === 0 ? 0 : hits / called;
  const recall = support === 0 ? 0 : hits / support;
  const f1 = called + support === 0 ? 0 : (2 * hits) / (called + support);
  return { name, precision, recall, f1, support };
}
