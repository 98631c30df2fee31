/** What the images of a run look like, so that others can be told: src/use/unlike.ts says how. */

import { type Dataset, selectImages } from '../data/dataset.ts';
import { type SplitSource, splitOf } from '../data/split.ts';
import { fitUnlike, LEAST_UNLIKE_IMAGES } from '../inspect/fit-unlike.ts';
import type { UnlikeDescription } from '../use/unlike.ts';

/** Of the training images, with limits from those that `split` holds out; undefined of sets too small to tell. */
export function describeImages(trainSet: Dataset, split: SplitSource): UnlikeDescription | undefined {
  const { train, validation } = splitOf(split, trainSet.length);
  if (Math.min(train.length, validation.length) < LEAST_UNLIKE_IMAGES) return undefined;
  const imagesOf = (rows: Uint32Array) => selectImages(trainSet, rows).images;
  return fitUnlike({ shape: trainSet.info.shape, train: imagesOf(train), validation: imagesOf(validation) });
}
