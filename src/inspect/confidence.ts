/** Confidence, the largest probability of a prediction: calibration and rejection. */

import { expNonPositive } from '../engine/math.ts';
import { predictedClasses } from '../train/metrics.ts';
import type { Calibration, CalibrationBin, RejectionPoint } from './inspection.ts';
import { wilsonInterval } from './metrics.ts';
import type { Predictions } from './predictions.ts';

/** The needed part of the predictions: one entry per image. */
export type Confidences = Pick<Predictions, 'confidence' | 'correct'>;

/**
 * Confidences from log-probabilities [images, classes], by the engine's own exp, so that they have the same
 * bits everywhere.
 */
export function confidencesOf(
  logProbabilities: Float32Array,
  labels: Uint16Array,
  classes: number,
): Confidences {
  const predicted = predictedClasses(logProbabilities, classes);
  return {
    confidence: Float64Array.from(predicted, (own, i) =>
      expNonPositive(Math.min(0, logProbabilities[i * classes + own])),
    ),
    correct: Uint8Array.from(predicted, (own, i) => (own === labels[i] ? 1 : 0)),
  };
}

/**
 * Calibration in bins of equal width, with the expected calibration error: the sum over the bins of their share of
 * the images times the gap between mean confidence and accuracy (Guo, Pleiss, Sun & Weinberger, "On calibration of
 * modern neural networks", ICML 2017, which uses 15 bins).
 */
export function calibrate({ confidence, correct }: Confidences, binCount = 15): Calibration {
  const highs = Array.from({ length: binCount }, (_, bin) => (bin + 1) / binCount);
  const counts = highs.map(() => 0);
  const hits = highs.map(() => 0);
  const sums = highs.map(() => 0);
  confidence.forEach((value, i) => {
    const bin = highs.findIndex((high) => value <= high);
    counts[bin] += 1;
    hits[bin] += correct[i];
    sums[bin] += value;
  });
  const bins: CalibrationBin[] = [];
  let ece = 0;
  highs.forEach((high, bin) => {
    const count = counts[bin];
    if (count === 0) return;
    bins.push({
      low: bin / binCount,
      high,
      count,
      confidence: sums[bin] / count,
      accuracy: hits[bin] / count,
      interval: wilsonInterval(hits[bin], count),
    });
    ece += Math.abs(hits[bin] - sums[bin]) / confidence.length;
  });
  return { bins, ece };
}

/** 0 to 0.99 in hundredths, then closer to 1, where most confidences are. */
const THRESHOLDS: readonly number[] = [
  ...Array.from({ length: 100 }, (_, i) => i / 100),
  0.995,
  0.999,
  0.9999,
];

/** Accuracy on the images that are kept when those below a confidence are rejected, for rising thresholds. */
export function rejectionCurve(
  { confidence, correct }: Confidences,
  thresholds: readonly number[] = THRESHOLDS,
): RejectionPoint[] {
  const points: RejectionPoint[] = [];
  for (const threshold of thresholds) {
    let kept = 0;
    let hits = 0;
    confidence.forEach((value, i) => {
      if (value < threshold) return;
      kept += 1;
      hits += correct[i];
    });
    if (kept === 0) continue;
    const coverage = kept / confidence.length;
    points.push({ threshold, kept, coverage, accuracy: hits / kept, interval: wilsonInterval(hits, kept) });
  }
  return points;
}
