/** What a recipe is. */

import type { TrainSettings } from '../settings.ts';

/** What `couture seeds` gave for a recipe, as the tables of the documentation have it. */
export interface Measured {
  readonly seeds: readonly number[];
  /** Test accuracy, the mean over the seeds and their sample standard deviation, as shares. */
  readonly mean: number;
  readonly spread: number;
  /** Training of a run, on as many threads. */
  readonly seconds: number;
  readonly threads: number;
}

/** Named settings. */
export interface Recipe {
  readonly title: string;
  /** What the recipe changes from the defaults. */
  readonly settings: Partial<TrainSettings>;
  /** Test accuracy that its author published; null for one of our own. */
  readonly published: number | null;
  /** Null where nobody has measured it yet. */
  readonly measured: Measured | null;
}
