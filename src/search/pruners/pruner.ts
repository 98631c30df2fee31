/** What a pruner is: a pure function of a running trial and all others; and what all pruners have in common. */

import { checkArguments, type Kind, optional, options as optionsOf } from '../../core/arguments.ts';
import { aWholeFrom } from '../option-kinds.ts';
import { asLoss, type Direction, type Report, type Trial } from '../trial.ts';

/** The question of a pruner, asked after each report of a trial. */
export interface PruneQuestion {
  /** The trial with its reports, the newest last. */
  readonly trial: Trial<unknown>;
  /** All other trials. */
  readonly others: readonly Trial<unknown>[];
  readonly direction: Direction;
  /** The last step of the trial, where nothing is left to save; unknown by default. */
  readonly lastStep?: number | undefined;
}

/** Whether to stop the trial now. */
export type Pruner = (question: PruneQuestion) => boolean;

/** Options of every pruner. */
export interface PrunerOptions {
  /** No trial stops before this step. Default: 1. */
  readonly minSteps?: number;
}

/** A report whose value is a loss: smaller is better. */
interface LossReport extends Report {
  readonly value: number;
}

/** What a rule of a pruner decides by: losses only, and no trial that failed. */
export interface Standing {
  /** Of the trial, the newest last; there is at least one. */
  readonly reports: readonly LossReport[];
  readonly newest: LossReport;
  readonly others: readonly { readonly complete: boolean; readonly reports: readonly LossReport[] }[];
}

/**
 * Makes a pruner of a rule. A trial does not stop before `minSteps` or at its last step, and always stops when its newest value
 * is not a number, or is infinite: such a training has diverged. A stored value is finite, and then it is the largest one. Failed trials stop nobody: they cannot win.
 */
export function makePruner(minSteps: number, rule: (standing: Standing) => boolean): Pruner {
  return ({ trial, others, direction, lastStep = Number.POSITIVE_INFINITY }) => {
    const losses = ({ reports }: Trial<unknown>): LossReport[] =>
      reports.map(({ step, value }) => ({ step, value: asLoss(value, direction) }));
    const reports = losses(trial);
    const newest = reports.at(-1);
    if (newest === undefined || newest.step < minSteps || newest.step >= lastStep) return false;
    if (newest.value >= Number.MAX_VALUE) return true;
    const standing = others
      .filter(({ state }) => state !== 'failed')
      .map((other) => ({ complete: other.state === 'complete', reports: losses(other) }));
    return rule({ reports, newest, others: standing });
  };
}

/** Checks the options of a pruner: `minSteps` and its own. */
export function checkPrunerOptions(
  name: string,
  options: PrunerOptions,
  own: Readonly<Record<string, Kind>>,
): void {
  const kinds = Object.fromEntries(
    Object.entries({ minSteps: aWholeFrom(1), ...own }).map(([key, each]) => [key, optional(each)]),
  );
  checkArguments(name, { options: [options, optionsOf(kinds)] });
}
