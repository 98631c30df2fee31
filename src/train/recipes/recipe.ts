/** What a recipe is. */

import type { TrainSettings } from '../settings.ts';

/** The result of `couture seeds` for a recipe, as in the tables of the documentation. */
export interface Measured {
  readonly seeds: readonly number[];
  /** Test accuracy, the mean over the seeds and their sample standard deviation, as shares. */
  readonly mean: number;
  readonly spread: number;
  /** Training time of a run with that many threads. */
  readonly seconds: number;
  readonly threads: number;
}

/** Named settings. */
export interface Recipe {
  readonly title: string;
  /** The settings that differ from the defaults. */
  readonly settings: Partial<TrainSettings>;
  /** Test accuracy published by the author; null for our own recipes. */
  readonly published: number | null;
  /** Null if not measured yet. */
  readonly measured: Measured | null;
}
