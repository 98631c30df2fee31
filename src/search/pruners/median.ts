/**
 * The median stopping rule: D. Golovin and others, "Google Vizier: a service for black-box optimization", KDD 2017, section
 * 3.2.2. A trial stops if its best value so far is worse than the median of the running averages of the complete
 * trials up to the same step.
 */

import { aNumber, checkArguments, optional, options as optionsOf } from '../../core/arguments.ts';
import { asLoss, type Trial } from '../trial.ts';
import type { Pruner } from './pruner.ts';

/** Options of the median stopping rule. */
export interface MedianOptions {
  /** Complete trials before the first one stops. Default: 5. */
  readonly startup?: number;
  /** Steps of a trial before it may stop. Default: 1. */
  readonly minSteps?: number;
}

/** Makes a pruner by the median stopping rule. */
export function medianStop(options: MedianOptions = {}): Pruner {
  const anOption = optional(aNumber);
  checkArguments('medianStop', { options: [options, optionsOf({ startup: anOption, minSteps: anOption })] });
  const { startup = 5, minSteps = 1 } = options;
  return ({ trial, others, direction }) => {
    const step = trial.reports.at(-1)?.step;
    if (step === undefined || step < minSteps) return false;
    const upTo = (each: Trial<unknown>): number[] =>
      each.reports.filter((report) => report.step <= step).map(({ value }) => asLoss(value, direction));
    const averages = others
      .filter(({ state }) => state === 'complete')
      .map(upTo)
      .filter((values) => values.length > 0)
      .map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
    if (averages.length < startup) return false;
    return Math.min(...upTo(trial)) > median(averages);
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
