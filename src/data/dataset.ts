/** Labeled images of one shape, as bytes: the result of every reader and the input of everything else. */

import { aNumber, bytes, checkArguments, record } from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { aDataset, aShape } from './argument-kinds.ts';
import type { DatasetInfo } from './dataset-info.ts';
import { describeShape, imageSize } from './image-shape.ts';

/** The training images, some of which are held out for validation, or the test images. */
export type SplitName = 'train' | 'test';

/** Images and labels of one split, in the order of their file. */
export interface Dataset {
  readonly info: DatasetInfo;
  readonly split: SplitName;
  /** Pixels, [length, height, width, channels]; 0 is black. */
  readonly images: Uint8Array;
  /** `length` labels, each an index into the class names. */
  readonly labels: Uint16Array;
  readonly length: number;
}

/**
 * Checks that the arrays match and that every label has a class name.
 * @throws CoutureError of kind `data`
 */
export function checkDataset(dataset: Dataset): Dataset {
  checkArguments('checkDataset', { dataset: [dataset, aDataset] });
  const { info, split, images, labels, length } = dataset;
  const { shape, classNames } = info;
  const where = `${info.name} (${split} split)`;
  if (labels.length !== length || images.length !== length * imageSize(shape)) {
    throw new CoutureError(
      'data',
      `${where}: ${images.length} pixel bytes and ${labels.length} labels do not match ${length} images of ${describeShape(shape)}.`,
      { hint: 'Images and labels must come from the same pair of files.' },
    );
  }
  const wrong = labels.findIndex((label) => label >= classNames.length);
  if (wrong >= 0) {
    throw new CoutureError(
      'data',
      `${where}: label ${labels[wrong]} of image ${wrong} is out of range: there are ${classNames.length} classes.`,
      { hint: 'Check that the labels belong to this data set. Labels count from 0.' },
    );
  }
  return dataset;
}

/** The bytes of one image, as a view. */
export function imageAt(dataset: Pick<Dataset, 'info' | 'images'>, index: number): Uint8Array {
  checkArguments('imageAt', {
    dataset: [dataset, record({ info: record({ shape: aShape }), images: bytes })],
    index: [index, aNumber],
  });
  const { info, images } = dataset;
  const size = imageSize(info.shape);
  return images.subarray(index * size, (index + 1) * size);
}

/** Some images of a data set in the order of `indices`, copied, as a data set. */
export function selectImages(dataset: Dataset, indices: Uint32Array): Dataset {
  const size = imageSize(dataset.info.shape);
  const images = new Uint8Array(indices.length * size);
  indices.forEach((index, i) => {
    images.set(imageAt(dataset, index), i * size);
  });
  const labels = Uint16Array.from(indices, (index) => dataset.labels[index]);
  return { ...dataset, images, labels, length: indices.length };
}
