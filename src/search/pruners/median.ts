/**
 * The median stopping rule: D. Golovin and others, "Google Vizier: a service for black-box optimization", KDD 2017, section
 * 3.2.2. A trial stops if its best value so far is worse than the median of the running averages of the complete
 * trials up to the same step.
 */

import { aWholeFrom } from '../option-kinds.ts';
import { checkPrunerOptions, makePruner, type Pruner, type PrunerOptions } from './pruner.ts';

/** Options of the median stopping rule. */
export interface MedianOptions extends PrunerOptions {
  /** Complete trials before the first one stops. Default: 5. */
  readonly startup?: number;
}

/** Makes a pruner by the median stopping rule. */
export function medianStop(options: MedianOptions = {}): Pruner {
  checkPrunerOptions('medianStop', options, { startup: aWholeFrom(1) });
  const { startup = 5, minSteps = 1 } = options;
  return makePruner(minSteps, ({ reports, newest, others }) => {
    const averages = others
      .filter(({ complete }) => complete)
      .map((other) => other.reports.filter(({ step }) => step <= newest.step))
      .filter((upTo) => upTo.length > 0)
      .map((upTo) => upTo.reduce((sum, { value }) => sum + value, 0) / upTo.length);
    if (averages.length < startup) return false;
    return Math.min(...reports.map(({ value }) => value)) > median(averages);
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
