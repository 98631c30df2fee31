/** Interprets an array as images: the meaning of its dimensions and values. */

import { CoutureError } from '../../core/errors.ts';
import type { LabeledPictures, PixelPicture } from './found.ts';
import { countOf, elementBytes, type NumberArray, stridesOf, valueReader } from './numbers.ts';

/** Pixels of a side beyond which an array holds no images. */
const MAX_SIDE = 4096;

/** Where the pixels of an image lie; strides in values. */
export interface Layout {
  readonly length: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly strides: {
    readonly image: number;
    readonly y: number;
    readonly x: number;
    readonly channel: number;
  };
  /** Whether the values of an image lie end to end in the order height, width, channel. */
  readonly isPlain: boolean;
  /** Sentences on what was decided. */
  readonly notices: readonly string[];
}

/** Height, width and channels of a row of so many values: a square, gray or color. Undefined where none fits. */
export function squareOf(values: number): { side: number; channels: 1 | 3 } | undefined {
  for (const channels of [1, 3] as const) {
    const side = Math.sqrt(values / channels);
    if (Number.isInteger(side) && side >= 1) return { side, channels };
  }
  return undefined;
}

/**
 * Interprets the dimensions of an array of images: count x height x width, with 1 or 3 channels last or
 * second, or count x values of a square.
 * @throws CoutureError of kind `data` when there is no interpretation
 */
export function layoutOf(array: NumberArray): Layout {
  const { name, dims } = array;
  const strides = stridesOf(array);
  const [length] = dims;
  const plain = (height: number, width: number, channels: 1 | 3, notices: string[] = []): Layout => {
    const [image, y = 0, x = 0, channel = 0] = strides;
    const isPlain = !array.fortran;
    return { length, height, width, channels, strides: { image, y, x, channel }, isPlain, notices };
  };
  if (dims.length === 3) return check(name, plain(dims[1], dims[2], 1));
  if (dims.length === 4 && isChannels(dims[3])) return check(name, plain(dims[1], dims[2], dims[3]));
  if (dims.length === 4 && isChannels(dims[1])) {
    const layout = plain(dims[2], dims[3], dims[1], [
      `${name}: the images are read with the channels before height and width.`,
    ]);
    const [image, channel, y, x] = strides;
    return check(name, {
      ...layout,
      strides: { image, y, x, channel },
      isPlain: layout.isPlain && dims[1] === 1,
    });
  }
  const square = dims.length === 2 ? squareOf(dims[1]) : undefined;
  if (square !== undefined) {
    const { side, channels } = square;
    const kind = channels === 1 ? 'gray' : 'color';
    const notice = `${name}: rows of ${dims[1]} values are read as ${kind} images of ${side}x${side}.`;
    const [image, step] = strides;
    const within = { image, y: side * channels * step, x: channels * step, channel: step };
    return check(name, { ...plain(side, side, channels, [notice]), strides: within });
  }
  throw new CoutureError(
    'data',
    `${name}: an array of ${dims.join(' x ') || 'one value'} does not hold images.`,
    {
      hint: 'Images must be count x height x width, or count x height x width x channels with 1 or 3 channels.',
    },
  );
}

function isChannels(dim: number): dim is 1 | 3 {
  return dim === 1 || dim === 3;
}

function check(name: string, layout: Layout): Layout {
  const { length, height, width } = layout;
  if (length >= 1 && height >= 1 && width >= 1 && Math.max(height, width) <= MAX_SIDE) return layout;
  throw new CoutureError('data', `${name}: found ${length} images of ${height}x${width}.`, {
    hint: `Give at least one image, with sides of 1 to ${MAX_SIDE} pixels.`,
  });
}

/** What a value becomes as a byte: itself, or 255 times itself. */
export type Levels = 'bytes' | 'unit';

/**
 * The meaning of the values of the arrays of a set, decided for all together.
 * @throws CoutureError of kind `data` when values lie outside 0 to 255 or are no numbers
 */
export function levelsOf(arrays: readonly NumberArray[]): { levels: Levels; notices: string[] } {
  let most = 0;
  for (const array of arrays) most = Math.max(most, greatest(array));
  const isFloat = arrays.some(({ type }) => type.startsWith('float'));
  if (most > 1 || arrays.length === 0) {
    const notices = isFloat
      ? ['The pixels are floats from 0 to 255; they are rounded to whole numbers.']
      : [];
    return { levels: 'bytes', notices };
  }
  const found = isFloat ? 'floats from 0 to 1' : 'only 0 and 1';
  return { levels: 'unit', notices: [`The pixels are ${found}; they are multiplied by 255.`] };
}

function greatest(array: NumberArray): number {
  const { name, dims, type, bytes } = array;
  const count = countOf(dims);
  let most = 0;
  if (type === 'uint8' || type === 'bool') {
    for (let i = 0; i < count && most < 2; i++) if (bytes[i] > most) most = bytes[i];
    return most;
  }
  const valueAt = valueReader(array);
  for (let i = 0; i < count; i++) {
    const value = valueAt(i);
    // NaN fails both comparisons.
    if (value >= 0 && value <= 255) {
      if (value > most) most = value;
      continue;
    }
    throw new CoutureError(
      'data',
      `${name}: value ${i} is ${value}, but pixels must be from 0 to 255 or from 0 to 1.`,
      {
        hint: 'Scale the images to 0 to 255 first and save them as uint8.',
      },
    );
  }
  return most;
}

/** The images of an array under their labels. */
export function arrayPictures(
  array: NumberArray,
  labels: readonly string[],
  layout: Layout,
  levels: Levels,
): LabeledPictures {
  const { name } = array;
  const { height, width, channels } = layout;
  const size = height * width * channels;
  const isView =
    layout.isPlain && elementBytes[array.type] === 1 && array.type === 'uint8' && levels === 'bytes';
  const gather = isView ? undefined : gatherer(array, layout, levels);
  const pixels = (index: number) =>
    isView ? array.bytes.subarray(index * size, (index + 1) * size) : gather!(index);
  return {
    length: layout.length,
    labelOf: (index) => labels[index],
    nameOf: (index) => `${name}, image ${index}`,
    read: async (index): Promise<PixelPicture> => ({
      kind: 'pixels',
      data: pixels(index),
      height,
      width,
      channels,
    }),
  };
}

/** Copies one image out of an array of any type and order. */
function gatherer(array: NumberArray, layout: Layout, levels: Levels): (index: number) => Uint8Array {
  const { height, width, channels, strides } = layout;
  const valueAt = valueReader(array);
  const factor = levels === 'unit' ? 255 : 1;
  return (index) => {
    const image = new Uint8Array(height * width * channels);
    let to = 0;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let channel = 0; channel < channels; channel++) {
          const at = index * strides.image + y * strides.y + x * strides.x + channel * strides.channel;
          image[to++] = Math.floor(valueAt(at) * factor + 0.5);
        }
    return image;
  };
}
