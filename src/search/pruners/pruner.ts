/** What a pruner is: a pure function of a running trial and all others. */

import type { Direction, Trial } from '../trial.ts';

/** The question of a pruner, asked after each report of a trial. */
export interface PruneQuestion {
  /** The trial with its reports, the newest last. */
  readonly trial: Trial<unknown>;
  /** All other trials. */
  readonly others: readonly Trial<unknown>[];
  readonly direction: Direction;
}

/** Whether to stop the trial now. */
export type Pruner = (question: PruneQuestion) => boolean;
