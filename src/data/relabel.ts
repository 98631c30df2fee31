/** Gives a data set the class numbers of a model, to evaluate the model on other images. */

import { CoutureError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import type { Dataset } from './dataset.ts';
import type { DatasetInfo } from './dataset-info.ts';
import { describeShape, imageSize, sameShape } from './image-shape.ts';

/**
 * The same images with labels that index `classNames`, matched by name. The set may have fewer classes.
 * @throws CoutureError of kind `data` when the set has a class that is not among them
 */
export function relabel(dataset: Dataset, classNames: readonly string[]): Dataset {
  const places = new Map(classNames.map((name, i) => [name, i]));
  const strangers = dataset.info.classNames.filter((name) => !places.has(name));
  if (strangers.length > 0) {
    const shown = (names: readonly string[]) => names.slice(0, 10).map(printable).join(', ');
    throw new CoutureError(
      'data',
      `${printable(dataset.info.name)} has ${strangers.length === 1 ? 'the class' : `${strangers.length} classes`} ${shown(strangers)}, which the model does not have.`,
      {
        hint: `Use the class names of the model: ${shown(classNames)}${classNames.length > 10 ? ', …' : ''}.`,
      },
    );
  }
  const own = dataset.info.classNames.map((name) => places.get(name) ?? 0);
  const labels = dataset.labels.map((label) => own[label]);
  return { ...dataset, labels, info: { ...dataset.info, classNames: [...classNames] } };
}

/** Both splits of a set as one. */
export function joinSplits(train: Dataset, test: Dataset): Dataset {
  const images = new Uint8Array(train.images.length + test.images.length);
  images.set(train.images);
  images.set(test.images, train.images.length);
  const labels = new Uint16Array(train.length + test.length);
  labels.set(train.labels);
  labels.set(test.labels, train.length);
  return { ...train, images, labels, length: train.length + test.length };
}

/** @throws CoutureError of kind `data` when a model's images have another shape than these */
export function requireShape(model: DatasetInfo, { info }: Dataset): void {
  if (sameShape(model.shape, info.shape)) return;
  throw new CoutureError(
    'data',
    `The images of ${printable(info.name)} are ${describeShape(info.shape)} (${imageSize(info.shape)} values), but the model takes ${describeShape(model.shape)}.`,
    { hint: 'Give the pictures themselves: Couture then prepares them for the model.' },
  );
}
