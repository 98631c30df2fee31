/** Checks that a run can be trained on a data set, before the first step. */

import { CoutureError } from '../core/errors.ts';
import { list, MOST_NAMED, plural } from '../core/format.ts';
import { checkDataset, type Dataset } from '../data/dataset.ts';
import { describeShape, sameShape } from '../data/image-shape.ts';
import { type Split, splitOf } from '../data/split.ts';
import { batchNormalized } from './batches.ts';
import { countClasses } from './class-weights.ts';
import type { RunConfig } from './settings.ts';

/**
 * The split of a run, after checking everything that could make training fail.
 * @param dataset the training split; validation images are held out of it
 * @throws CoutureError of kind `usage` when shape or classes differ from the config, or there are too few
 * images to train and validate; `data` when a label is out of range
 */
export function checkTrainable(config: RunConfig, dataset: Dataset): Split {
  checkFits(config, dataset);
  const split = splitOf(config.settings, dataset.length);
  checkSplit(config, split, dataset);
  return split;
}

function checkFits({ data }: RunConfig, dataset: Dataset): void {
  const { name, shape, classNames } = dataset.info;
  if (!sameShape(shape, data.shape) || classNames.length !== data.classNames.length) {
    throw new CoutureError(
      'usage',
      `The model takes images of ${describeShape(data.shape)} in ${data.classNames.length} classes, but ${name} has ${describeShape(shape)} in ${classNames.length}.`,
      { hint: 'Make a config for this data set, or give the data set of this config.' },
    );
  }
  checkDataset(dataset);
}

function checkSplit(
  { model, settings }: RunConfig,
  { train, validation }: Split,
  { info, length }: Dataset,
): void {
  const share = settings.validation;
  for (const [held, images] of [
    ['train on', train.length],
    ['validate with', validation.length],
  ] as const) {
    if (images > 0) continue;
    throw new CoutureError(
      'usage',
      `${info.name} has ${plural(length, 'training image')}, but the validation share ${share} leaves none to ${held}.`,
      { hint: 'Use more images or another --validation share.' },
    );
  }
  if (train.length > 1 || !batchNormalized(model)) return;
  throw new CoutureError(
    'usage',
    `${info.name} has only one image to train on, but batch normalization needs at least 2 in a batch.`,
    { hint: 'Use more images or a network without batch normalization.' },
  );
}

/**
 * Notices about the images before training, a sentence each: classes without training images, and classes
 * with a single image, which cannot be in both splits.
 */
export function dataNotices({ train, validation }: Split, { info, labels }: Dataset): string[] {
  const { name, classNames } = info;
  const [trained, held] = [train, validation].map((images) =>
    countClasses(labels, images, classNames.length),
  );
  const those = (is: (index: number) => boolean) => classNames.filter((_, index) => is(index));
  const absent = those((i) => trained[i] + held[i] === 0);
  const single = those((i) => trained[i] + held[i] === 1);
  const heldOut = those((i) => trained[i] === 0 && held[i] > 1);
  return [
    ...(absent.length > 0 ? [`${name} has no training image of ${listed(absent)}.`] : []),
    ...(single.length > 0 ? [`${name} has only one training image of ${listed(single)}.`] : []),
    ...(heldOut.length > 0
      ? [
          `All training images of ${listed(heldOut)} are held out for validation, so training sees none of them.`,
        ]
      : []),
  ];
}

/** `class a`, or how many classes and the first of them. */
function listed(names: readonly string[]): string {
  return names.length === 1 ? `class ${names[0]}` : `${names.length} classes (${list(names, MOST_NAMED)})`;
}
