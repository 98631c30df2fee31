/** Small data sets and inputs for tests. */

import type { Dataset } from '../src/data/dataset.ts';
import type { DatasetInfo } from '../src/data/dataset-info.ts';
import { type ImageShape, imageSize } from '../src/data/image-shape.ts';
import { centeredScaling, plainSteps } from '../src/data/preprocessing.ts';
import type { NetworkInput } from '../src/model/network-input.ts';

/** The shape of a gray image. */
export function gray(height: number, width: number): ImageShape {
  return { height, width, channels: 1 };
}

/** Images of a shape as a network takes them: pixels from -1 to 1. */
export function inputFor(shape: ImageShape): NetworkInput {
  return { shape, pixels: centeredScaling(shape.channels) };
}

/** A gray image of one row, for networks that do not care what their inputs are. */
export const rowInput = (width: number): NetworkInput => inputFor(gray(1, width));

/** The description of a data set that was made in code. */
export function infoFor(shape: ImageShape, classNames: readonly string[], name = 'made'): DatasetInfo {
  return {
    version: 1,
    name,
    shape,
    classNames,
    preprocessing: { version: 1, picture: plainSteps, pixels: centeredScaling(shape.channels) },
    origin: { kind: 'memory' },
    splits: {},
  };
}

/** A data set of such images and labels. */
export function makeDataset(
  shape: ImageShape,
  classNames: readonly string[],
  images: Uint8Array,
  labels: ArrayLike<number>,
  { name = 'made', split = 'train' }: Partial<Pick<DatasetInfo, 'name'> & Pick<Dataset, 'split'>> = {},
): Dataset {
  const length = images.length / imageSize(shape);
  return { info: infoFor(shape, classNames, name), split, images, labels: Uint16Array.from(labels), length };
}
