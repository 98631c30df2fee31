/** Messages between the process of a study and that of a trial. */

import type { EpochMetrics } from '../../../train/events.ts';
import type { RunConfig } from '../../../train/settings.ts';

/** To the process of trials: an order, one at a time; `stop` saves a checkpoint and ends the trial. */
export type ToTrial =
  | {
      readonly type: 'order';
      readonly config: RunConfig;
      readonly root: string;
      readonly name: string;
      readonly threads: number;
    }
  | { readonly type: 'stop' };

/** From the trial: its epochs, and then one end. */
export type FromTrial =
  | { readonly type: 'epoch'; readonly metrics: EpochMetrics }
  | { readonly type: 'end'; readonly end: 'finished' | 'stopped'; readonly best: EpochMetrics | null }
  /** Another attempt would fail in the same way. */
  | { readonly type: 'refused'; readonly message: string };
