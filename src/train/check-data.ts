/** Whether a run can be trained on a data set: told before a step is taken, since training would only give nonsense. */

import { CoutureError } from '../core/errors.ts';
import { checkDataset, type Dataset } from '../data/dataset.ts';
import { describeShape, sameShape } from '../data/image-shape.ts';
import type { Split } from '../data/split.ts';
import type { RunConfig, TrainSettings } from './settings.ts';

/**
 * @throws CoutureError of kind `usage` when the images are not of the config's shape and classes, `data` when a label is
 *   out of range
 */
export function checkFits({ data }: RunConfig, dataset: Dataset): void {
  const { name, shape, classNames } = dataset.info;
  if (!sameShape(shape, data.shape) || classNames.length !== data.classNames.length) {
    throw new CoutureError(
      'usage',
      `The model takes images of ${describeShape(data.shape)} in ${data.classNames.length} classes, but ${name} has ${describeShape(shape)} in ${classNames.length}.`,
      { hint: 'Make the config for this data set, or give the one that it was made for.' },
    );
  }
  checkDataset(dataset);
}

/**
 * @throws CoutureError of kind `usage` when there is nothing to train on or to choose the best epoch by
 */
export function checkSplit(
  { train, validation }: Split,
  { info, length }: Dataset,
  { validation: share }: TrainSettings,
): void {
  for (const [held, images] of [
    ['train on', train.length],
    ['validate with', validation.length],
  ] as const) {
    if (images > 0) continue;
    throw new CoutureError(
      'usage',
      `${info.name} has ${length} training images, of which the validation share ${share} leaves none to ${held}.`,
      { hint: 'Use more images, or another --validation share.' },
    );
  }
}
