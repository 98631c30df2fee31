/** Describes the training images of a run, to recognize images unlike them; see src/use/unlike.ts. */

import { type Dataset, selectImages } from '../data/dataset.ts';
import { type SplitSource, splitOf } from '../data/split.ts';
import { fitUnlike, LEAST_UNLIKE_IMAGES } from '../inspect/fit-unlike.ts';
import type { UnlikeDescription } from '../use/unlike.ts';

/**
 * A description of the training images, with limits from the validation images of `split`; undefined for sets
 * that are too small.
 */
export function describeImages(trainSet: Dataset, split: SplitSource): UnlikeDescription | undefined {
  const { train, validation } = splitOf(split, trainSet.length);
  if (Math.min(train.length, validation.length) < LEAST_UNLIKE_IMAGES) return undefined;
  const imagesOf = (rows: Uint32Array) => selectImages(trainSet, rows).images;
  return fitUnlike({ shape: trainSet.info.shape, train: imagesOf(train), validation: imagesOf(validation) });
}
