/** Intervals of the figures of each class, and the confused pairs of classes. */

import type { ClassInterval, ConfusedPair } from './inspection.ts';
import { type ClassMetrics, type Interval, wilsonInterval } from './metrics.ts';

/**
 * 95% intervals of each class's precision, recall and F1. Precision and recall are shares, with Wilson's interval.
 * @param confusion counts by [true class][predicted class], of which `perClass` are the figures
 */
export function classIntervals(
  perClass: readonly ClassMetrics[],
  confusion: readonly (readonly number[])[],
): ClassInterval[] {
  return perClass.map((metrics, index) => {
    const hits = confusion[index][index];
    const called = confusion.reduce((sum, row) => sum + row[index], 0);
    return {
      ...metrics,
      precisionInterval: wilsonInterval(hits, called),
      recallInterval: wilsonInterval(hits, metrics.support),
      f1Interval: f1Interval(hits, called, metrics.support),
    };
  });
}

/**
 * The 95% interval of an F1 by Wilson's indirect method (Lam, Gopal & Qian, "Confidence intervals for the F1
 * score: a comparison of four methods", arXiv:2309.14621). Among the images of the class or predicted as it,
 * the share J that are both is a plain share with Wilson's interval. F1 = 2 J / (1 + J) grows with J, so the
 * ends of that interval map to the ends of the interval of F1.
 * @param hits images of the class that are called so
 * @param called images that are called so
 * @param support images of the class
 */
export function f1Interval(hits: number, called: number, support: number): Interval {
  const { low, high } = wilsonInterval(hits, called + support - hits);
  return { low: (2 * low) / (1 + low), high: (2 * high) / (1 + high) };
}

/**
 * The `count` pairs of classes that are confused most often, most often first; among equal ones the lower
 * true class, then the lower predicted class first. Pairs that never occur are left out.
 */
export function confusedPairs(confusion: readonly (readonly number[])[], count: number): ConfusedPair[] {
  const pairs = confusion.flatMap((row, actual) => {
    const support = row.reduce((sum, images) => sum + images, 0);
    return row.flatMap((images, predicted) =>
      images === 0 || actual === predicted
        ? []
        : [{ actual, predicted, count: images, share: images / support }],
    );
  });
  // Sorting is stable, and the pairs are in the order of their classes.
  return pairs.sort((a, b) => b.count - a.count).slice(0, count);
}
