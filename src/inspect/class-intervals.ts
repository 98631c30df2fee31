/** How sure the figures of each class are, and which classes are taken for which. */

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
 * score: a comparison of four methods", arXiv:2309.14621). Of the images that are of the class or called so, the
 * share J that are both is a plain share, with Wilson's interval; F1 = 2 J / (1 + J) grows with it, so that the
 * interval's ends map to the ends of F1's.
 * @param hits images of the class that are called so
 * @param called images that are called so
 * @param support images of the class
 */
export function f1Interval(hits: number, called: number, support: number): Interval {
  const { low, high } = wilsonInterval(hits, called + support - hits);
  return { low: (2 * low) / (1 + low), high: (2 * high) / (1 + high) };
}

/**
 * The `count` pairs of classes that are confused most often, most often first; of equals the lower true class, then
 * the lower predicted class first. Pairs that never occur are left out.
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
  // Sorting is stable, and the pairs stand in the order of their classes.
  return pairs.sort((a, b) => b.count - a.count).slice(0, count);
}
