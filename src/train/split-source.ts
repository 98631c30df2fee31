/** What the split of a run is drawn from: all that has to be known to hold out the same images again. */

import { keyFromSeed } from '../core/philox.ts';
import { type Split, splitTrainValidation } from '../data/split.ts';
import type { TrainSettings } from './settings.ts';

/** The split is a function of these and of the number of images. */
export interface SplitSource {
  readonly seed: number;
  /** Share of the training images that is held out. */
  readonly validation: number;
}

/** That of a run with these settings. */
export function splitSourceOf({ seed, validation }: TrainSettings): SplitSource {
  return { seed, validation };
}

/** The split of `length` training images. */
export function drawSplit({ seed, validation }: SplitSource, length: number): Split {
  return splitTrainValidation(length, validation, keyFromSeed(seed));
}
