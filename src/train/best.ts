/** Which epoch of a run is its best: the one whose weights are kept as the model. */

import { checkArguments, oneOf } from '../core/arguments.ts';
import { aHistory } from './argument-kinds.ts';
import type { EpochMetrics } from './events.ts';

/** Criteria for the best epoch, by their names in settings. */
export const selections = ['loss', 'accuracy', 'last'] as const;
/** Which epoch counts as the best: lowest validation loss, highest validation accuracy, or the last epoch. */
export type Selection = (typeof selections)[number];

/**
 * The epoch with the lowest validation loss or highest validation accuracy (the first of equal ones), or the
 * last epoch; undefined if no epoch has a finite validation loss.
 */
export function bestEpoch(history: readonly EpochMetrics[], select: Selection): EpochMetrics | undefined {
  checkArguments('bestEpoch', { history: [history, aHistory], select: [select, oneOf(selections)] });
  const rows = history.filter((row) => Number.isFinite(row.validationLoss));
  if (rows.length === 0 || select === 'last') return rows.at(-1);
  const better = (a: EpochMetrics, b: EpochMetrics): boolean =>
    select === 'loss' ? b.validationLoss < a.validationLoss : b.validationAccuracy > a.validationAccuracy;
  return rows.reduce((a, b) => (better(a, b) ? b : a));
}
