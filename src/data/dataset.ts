/** Labeled gray images of one size, as bytes: what every reader makes and everything else takes. */

import { CoutureError } from '../core/errors.ts';

/** Images and labels of one split, in the order of their file. */
export interface Dataset {
  /** Registry name or folder name, e.g. `fashion-mnist`. */
  readonly name: string;
  readonly split: 'train' | 'test';
  /** Pixels, `length * height * width` bytes, row by row; 0 is the background. */
  readonly images: Uint8Array;
  /** `length` labels, each an index into `classNames`. */
  readonly labels: Uint8Array;
  readonly length: number;
  readonly height: number;
  readonly width: number;
  readonly classNames: readonly string[];
}

/**
 * Checks that the arrays fit each other and that every label has a class name.
 * @throws CoutureError of kind `data`
 */
export function checkDataset(dataset: Dataset): Dataset {
  const { name, split, images, labels, length, height, width, classNames } = dataset;
  const where = `${name} (${split} split)`;
  if (labels.length !== length || images.length !== length * height * width) {
    throw new CoutureError(
      'data',
      `${where}: ${images.length} pixel bytes and ${labels.length} labels do not make ${length} images of ${height}x${width}.`,
      { hint: 'Images and labels must come from the same pair of files.' },
    );
  }
  const wrong = labels.findIndex((label) => label >= classNames.length);
  if (wrong >= 0) {
    throw new CoutureError(
      'data',
      `${where}: label ${labels[wrong]} of image ${wrong} is past the ${classNames.length} classes.`,
      { hint: 'Check that the label file belongs to this data set.' },
    );
  }
  return dataset;
}

/** The bytes of one image, as a view. */
export function imageAt(dataset: Dataset, index: number): Uint8Array {
  const size = dataset.height * dataset.width;
  return dataset.images.subarray(index * size, (index + 1) * size);
}

/** Some images of a data set in the order of `indices`, copied, as a data set. */
export function selectImages(dataset: Dataset, indices: Uint32Array): Dataset {
  const size = dataset.height * dataset.width;
  const images = new Uint8Array(indices.length * size);
  indices.forEach((index, i) => {
    images.set(imageAt(dataset, index), i * size);
  });
  const labels = Uint8Array.from(indices, (index) => dataset.labels[index]);
  return { ...dataset, images, labels, length: indices.length };
}
