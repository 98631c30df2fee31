/** The figures of a model for its card. */

import type { Dataset } from '../data/dataset.ts';
import { confusedPairs } from '../inspect/class-intervals.ts';
import { calibrate, confidencesOf } from '../inspect/confidence.ts';
import { evaluateLogProbabilities } from '../inspect/metrics.ts';
import type { Figures } from '../ship/card.ts';
import { temper } from '../use/mixture.ts';

/** The figures on some images, from log-probabilities before the temperature. */
export function figuresOf(
  { labels, info }: Pick<Dataset, 'labels' | 'info'>,
  logProbabilities: Float32Array,
  temperature: number,
): Figures {
  const { classNames } = info;
  const tempered = temper(logProbabilities, classNames.length, temperature);
  const evaluation = evaluateLogProbabilities(tempered, labels, classNames);
  const { ece } = calibrate(confidencesOf(tempered, labels, classNames.length));
  return {
    images: evaluation.images,
    accuracy: evaluation.accuracy,
    interval: evaluation.interval,
    loss: Math.max(0, evaluation.loss),
    ece,
    perClass: [...evaluation.perClass],
    confused: confusedPairs(evaluation.confusion, 5).map(({ actual, predicted, count, share }) => ({
      actual: classNames[actual],
      predicted: classNames[predicted],
      count,
      share,
    })),
  };
}
