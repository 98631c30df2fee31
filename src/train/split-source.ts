/** What the split of a run is drawn from: all that has to be known to hold out the same images again. */

import { type Split, type SplitSettings, splitOf } from '../data/split.ts';

/** The split is a function of these and of the number of images. */
export interface SplitSource {
  readonly seed: number;
  /** Share of the training images that is held out. */
  readonly validation: number;
}

/** That of a run with these settings: equal exactly when two runs of the same data hold out the same images. */
export function splitSourceOf({ seed, splitSeed, validation }: SplitSettings): SplitSource {
  return { seed: splitSeed ?? seed, validation };
}

/** The split of `length` training images. */
export function drawSplit({ seed, validation }: SplitSource, length: number): Split {
  return splitOf({ seed, splitSeed: null, validation }, length);
}
