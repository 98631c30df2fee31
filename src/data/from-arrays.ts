/** Makes a data set from arrays in memory. */

import * as z from 'zod';
import {
  anObject,
  aString,
  checkArguments,
  describe,
  either,
  exactly,
  kind,
  listOf,
  oneOf,
  optional,
  record,
  typeOf,
} from '../core/arguments.ts';
import { checkSchema } from '../core/check-schema.ts';
import { CoutureError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import type { Dataset, SplitName } from './dataset.ts';
import { checkDatasetInfo, type DatasetInfo, imageShapeSchema, MAX_CLASSES } from './dataset-info.ts';
import { describeShape, type ImageShape, imageSize, MAX_SIDE } from './image-shape.ts';
import { isPixelArray, type PixelArray, pixelBytes, unfit } from './pixels.ts';
import { centeredScaling, type PictureSteps, type PixelScaling, plainSteps } from './preprocessing.ts';
import { sortClassNames } from './readers/order.ts';

/** Labels of images: class numbers from 0, or class names. */
export type Labels = ArrayLike<number> | readonly string[];

/** Common options of data sets that are made in code. */
export interface DatasetOptions {
  /**
   * The classes by their numbers. Default: for labels that are names, these in natural order; for numbers, `0`, `1` and so
   * on up to the largest.
   */
  readonly classNames?: readonly string[] | undefined;
  /** Name in messages and cards. Default: `own images`. */
  readonly name?: string | undefined;
  /** Default: `train`. */
  readonly split?: SplitName | undefined;
  /** How pictures for prediction become images. Default: whole, on a background, not trimmed or inverted. */
  readonly picture?: Partial<PictureSteps> | undefined;
  /** How bytes become the network's numbers. Default: from -1 to 1. */
  readonly scaling?: PixelScaling | undefined;
}

/** What `datasetFromArrays` takes. */
export interface ArraysOptions extends DatasetOptions {
  /**
   * All images concatenated in one array, or an array for each image; row by row, with the channels of a
   * pixel in sequence.
   */
  readonly images: PixelArray | readonly PixelArray[];
  /** One for each image. */
  readonly labels: Labels;
  /** Size of an image; channels are 1, gray, by default, or 3, color. */
  readonly shape: Pick<ImageShape, 'height' | 'width'> & Partial<ImageShape>;
}

const labelArrays = [
  'Uint8Array',
  'Uint8ClampedArray',
  'Uint16Array',
  'Uint32Array',
  'Int8Array',
  'Int16Array',
  'Int32Array',
  'Float32Array',
  'Float64Array',
];
export const aLabelArray = kind(
  'an array of class numbers or of class names',
  (value) => Array.isArray(value) || (ArrayBuffer.isView(value) && labelArrays.includes(typeOf(value))),
);
/** The kinds of the options that `DatasetOptions` has. */
export const datasetFields = {
  classNames: optional(listOf(aString, 'an array of class names')),
  name: optional(aString),
  split: optional(oneOf(['train', 'test'])),
  picture: optional(anObject),
  scaling: optional(anObject),
};
const aShape = record(
  { height: anInteger(), width: anInteger(), channels: optional(anInteger()) },
  'a shape such as { height: 28, width: 28 }',
);
const given = exactly({
  ...datasetFields,
  images: either(kind('an array of pixels', isPixels), kind('an array of arrays of pixels', Array.isArray)),
  labels: aLabelArray,
  shape: aShape,
});

function anInteger() {
  return kind('a whole number', Number.isInteger);
}

function isPixels(value: unknown): boolean {
  return isPixelArray(value);
}

/**
 * A data set from arrays of pixels and labels, which are copied.
 *
 *     const dataset = datasetFromArrays({ images, labels: ['cat', 'dog', …], shape: { height: 28, width: 28 } });
 *
 * @throws CoutureError of kind `usage` for arrays of another kind, and for numbers that are not from 0 to 1;
 * `data` when images and labels do not match each other, the shape or the classes
 */
export function datasetFromArrays(request: ArraysOptions): Dataset {
  checkArguments('datasetFromArrays', { request: [request, given] });
  const { images, labels, shape, ...rest } = request;
  const whole = checkShape({ channels: 1, ...shape }, 'datasetFromArrays');
  const bytes = allBytes(images, whole, labels.length);
  return makeDataset('datasetFromArrays', bytes, labels, whole, rest);
}

/** A data set of images that are already concatenated bytes, which it takes over. */
export function makeDataset(
  caller: string,
  images: Uint8Array,
  labels: Labels,
  shape: ImageShape,
  { classNames, name = 'own images', split = 'train', picture, scaling }: DatasetOptions,
): Dataset {
  const names = classNames ?? namesOf(labels, caller);
  const info: DatasetInfo = checkDatasetInfo(
    {
      version: 1,
      name,
      shape,
      classNames: [...names],
      preprocessing: {
        version: 1,
        picture: { ...plainSteps, ...picture },
        pixels: scaling ?? centeredScaling(shape.channels),
      },
      origin: { kind: 'memory' },
      splits: {},
    },
    caller,
  );
  const numbers = numbersOf(labels, info.classNames, caller);
  return { info, split, images, labels: numbers, length: numbers.length };
}

/**
 * A shape that came from outside.
 * @throws CoutureError of kind `usage` naming the side that is out of range
 */
export function checkShape(shape: unknown, caller: string): ImageShape {
  return checkSchema(
    z.object({ shape: imageShapeSchema }),
    { shape },
    ({ what }) =>
      new CoutureError('usage', `${caller}: ${what}.`, {
        hint: `Height and width must be from 1 to ${MAX_SIDE} pixels, and channels 1 (gray) or 3 (color, without alpha).`,
      }),
  ).shape;
}

function allBytes(images: ArraysOptions['images'], shape: ImageShape, count: number): Uint8Array {
  const size = imageSize(shape);
  const where = 'datasetFromArrays: images';
  if (isPixelArray(images) && !(images.length === 0 && count > 0)) {
    if (images.length === count * size) return Uint8Array.from(pixelBytes(images, where));
    throw new CoutureError(
      'data',
      `${where} have ${images.length} values, but ${count} labels and a shape of ${describeShape(shape)} need ${count * size}.`,
      { hint: 'Give one label for each image, and the height, width and channels of the images.' },
    );
  }
  if (images.length !== count)
    throw new CoutureError('data', `${where} has ${images.length} images, but there are ${count} labels.`);
  const bytes = new Uint8Array(count * size);
  for (let i = 0; i < count; i++) {
    const image: unknown = images[i];
    const own = `datasetFromArrays: images[${i}]`;
    if (!isPixelArray(image)) throw unfit(image, own);
    if (image.length !== size)
      throw new CoutureError(
        'data',
        `${own} has ${image.length} values, but an image of ${describeShape(shape)} has ${size}.`,
      );
    bytes.set(pixelBytes(image, own), i * size);
  }
  return bytes;
}

/** Default class names. */
function namesOf(labels: Labels, caller: string): string[] {
  const list = Array.from<unknown>(labels);
  if (list.length === 0) throw new CoutureError('data', `${caller}: there are no images.`);
  const words = list.filter((label) => typeof label === 'string');
  if (words.length === list.length) return sortClassNames(new Set(words));
  let largest = 0;
  list.forEach((label, i) => {
    largest = Math.max(largest, classNumber(label, i, MAX_CLASSES, caller));
  });
  // A single class is refused later, with a message by the description.
  return Array.from({ length: largest + 1 }, (_, i) => String(i));
}

function numbersOf(labels: Labels, classNames: readonly string[], caller: string): Uint16Array<ArrayBuffer> {
  const numbers = new Map(classNames.map((name, i) => [name, i]));
  return Uint16Array.from({ length: labels.length }, (_, i) => {
    const label: unknown = labels[i];
    if (typeof label !== 'string') return classNumber(label, i, classNames.length, caller);
    const number = numbers.get(label);
    if (number !== undefined) return number;
    throw new CoutureError(
      'data',
      `${caller}: labels[${i}] is ${describe(label)}, which is not one of the classes.`,
      {
        hint: didYouMean(label, classNames),
      },
    );
  });
}

function classNumber(label: unknown, index: number, classes: number, caller: string): number {
  if (typeof label === 'number' && Number.isInteger(label) && label >= 0 && label < classes) return label;
  throw new CoutureError(
    'data',
    `${caller}: labels[${index}] is ${describe(label)}, not a class number from 0 to ${classes - 1}.`,
  );
}
