/** A trial of a search as plain data, the only thing that samplers and pruners read. */

import { anObject, checkArguments, listOf, oneOf } from '../core/arguments.ts';
import type { AnyValues } from './space.ts';

/** A value that a trial reported after a step, for example the validation loss after an epoch. */
export interface Report {
  readonly step: number;
  readonly value: number;
}

/** Where a trial stands. `failed` includes trials that broke a constraint. */
export type TrialState = 'running' | 'complete' | 'pruned' | 'failed';

/** A trial. Values of the objective are in the direction of the search; NaN counts as worst. */
export interface Trial<V = AnyValues> {
  /** From 0, in the order in which trials were asked for. */
  readonly number: number;
  readonly values: V;
  readonly state: TrialState;
  /** The value of the objective, once the trial is complete. */
  readonly value?: number | undefined;
  /** In the order of the steps. */
  readonly reports: readonly Report[];
}

/** Whether smaller or larger values of the objective are better. */
export type Direction = 'minimize' | 'maximize';

/** A value so that smaller is better and NaN is worst. */
export function asLoss(value: number | undefined, direction: Direction): number {
  if (value === undefined || Number.isNaN(value)) return Number.POSITIVE_INFINITY;
  return direction === 'minimize' ? value : -value;
}

/** The complete trial with the best value; of equal ones, the first. */
export function bestTrial<T extends Trial<unknown>>(
  trials: readonly T[],
  direction: Direction,
): T | undefined {
  checkArguments('bestTrial', {
    trials: [trials, listOf(anObject)],
    direction: [direction, oneOf(['minimize', 'maximize'])],
  });
  let best: T | undefined;
  for (const trial of trials) {
    if (trial.state !== 'complete' || trial.value === undefined || Number.isNaN(trial.value)) continue;
    if (best === undefined || asLoss(trial.value, direction) < asLoss(best.value, direction)) best = trial;
  }
  return best;
}
