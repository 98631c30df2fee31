/** A search as plain data, from which figures and importances are made: `Search.summary`, or that of a stored study. */

import { anObject, aString, listOf, oneOf, optional, record } from '../core/arguments.ts';
import type { AnyValues, Space } from './space.ts';
import { asLoss, type Direction, type Trial } from './trial.ts';

/** A search with all its trials. */
export interface SearchSummary {
  readonly name: string;
  readonly space: Space;
  readonly direction: Direction;
  /** What the values are, such as `validation loss`. */
  readonly objective: string;
  /** What a step is, such as `epoch`. Default: `step`. */
  readonly step?: string | undefined;
  /** Whether the values are shares, which are shown in percent. Default: false. */
  readonly percent?: boolean | undefined;
  readonly trials: readonly Trial[];
}

export const aSummary = record(
  {
    name: aString,
    space: anObject,
    direction: oneOf(['minimize', 'maximize']),
    objective: aString,
    step: optional(aString),
    trials: listOf(record({ values: anObject, state: aString, reports: listOf(anObject) })),
  },
  'the summary of a search',
);

/** Trials whose values can be compared. */
export interface Comparable {
  readonly trials: readonly { readonly number: number; readonly values: AnyValues; readonly value: number }[];
  /** The step after which they are compared; undefined for their final values. */
  readonly step: number | undefined;
}

/** Complete trials that are enough by themselves. */
const ENOUGH_COMPLETE = 30;

/**
 * The trials to compare. A pruner leaves few complete trials, and the last values of pruned ones belong to different steps. So
 * unless there are at least 30 complete trials or nothing was pruned, all trials are compared after the last step that at least half
 * of them have reached.
 */
export function comparable({ trials }: Pick<SearchSummary, 'trials'>): Comparable {
  const complete = trials.flatMap(({ number, values, state, value }) =>
    state === 'complete' && value !== undefined && isSound(value) ? [{ number, values, value }] : [],
  );
  const pruned = trials.filter(({ state }) => state === 'pruned');
  if (complete.length >= ENOUGH_COMPLETE || pruned.length === 0) return { trials: complete, step: undefined };
  const ended = trials.filter(({ state, reports }) => state !== 'failed' && reports.length > 0);
  const lasts = ended.map(({ reports }) => reports.at(-1)?.step ?? 0).sort((a, b) => b - a);
  const half = lasts[Math.ceil(lasts.length / 2) - 1];
  const steps = [...new Set(ended.flatMap(({ reports }) => reports.map(({ step }) => step)))];
  const step = Math.max(...steps.filter((each) => each <= half));
  const found = ended.flatMap(({ number, values, reports }) => {
    const value = reports.find((report) => report.step === step)?.value;
    return value !== undefined && isSound(value) ? [{ number, values, value }] : [];
  });
  return found.length > complete.length ? { trials: found, step } : { trials: complete, step: undefined };
}

/** Whether a value is one of a training that has not diverged; stored ones have the largest number instead of NaN. */
export function isSound(value: number): boolean {
  return Number.isFinite(value) && Math.abs(value) < Number.MAX_VALUE;
}

/** The best trial after each trial, in the order of their numbers: the trials that were better than all before. */
export function records({ trials, direction }: Pick<SearchSummary, 'trials' | 'direction'>): Trial[] {
  let best = Number.POSITIVE_INFINITY;
  return trials.filter(({ state, value }) => {
    const loss = asLoss(value, direction);
    if (state !== 'complete' || !(loss < best)) return false;
    best = loss;
    return true;
  });
}
