/** Tables of classes. Of many classes only the extremes are printed, and `--json` has all. */

import type { ConfusedPair } from '../../inspect/inspection.ts';
import type { ClassMetrics } from '../../inspect/metrics.ts';
import { count, percent } from './format.ts';
import { table } from './table.ts';

/** Largest number of classes with a row for each. */
const MOST_ROWS = 60;
/** With more: number of rows with the highest, and with the lowest, F1. */
const END_ROWS = 10;

/** A row for each class, or for the best and the worst of very many. */
export function classRows<Row extends ClassMetrics>(
  classes: readonly Row[],
  rowOf: (row: Row) => readonly (string | number)[],
): (readonly (string | number)[])[] {
  if (classes.length <= MOST_ROWS) return classes.map(rowOf);
  const ranked = classes.filter(({ support }) => support > 0).sort((a, b) => b.f1 - a.f1);
  if (ranked.length <= 2 * END_ROWS) return ranked.map(rowOf);
  return [
    ...ranked.slice(0, END_ROWS).map(rowOf),
    [`… ${count(classes.length - 2 * END_ROWS)} more`],
    ...ranked.slice(-END_ROWS).map(rowOf),
  ];
}

/** A share of the images of a class; empty for a class without images. */
export function shareText(share: number, { support }: ClassMetrics, digits?: number): string {
  return support === 0 ? '-' : percent(share, digits);
}

/** The confused pairs of classes, most frequent first. */
export function pairsTable(pairs: readonly ConfusedPair[], classNames: readonly string[]): string {
  if (pairs.length === 0) return 'No image is misclassified.';
  return table(
    ['is', 'called', 'images', 'of the class'],
    pairs.map(({ actual, predicted, count: images, share }) => [
      classNames[actual],
      classNames[predicted],
      images,
      percent(share, 1),
    ]),
    ['left', 'left', 'right', 'right'],
  );
}
