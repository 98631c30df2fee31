/**
 * Recognizes images unlike the training images, by the probability of a coarse version of the image. An image
 * is averaged down to a grid of at most 14x14. The grids of the training images are described by their mean,
 * the 32 directions of largest variance, and the remaining variance (probabilistic principal component
 * analysis, Tipping & Bishop 1999). The score is the squared distance from the mean in units of these
 * variances, divided by the number of values: about 1 for images like the training images. It does not depend
 * on the network.
 *
 * This file uses such a description; src/inspect/fit-unlike.ts makes it. It is plain data of about 10 KB
 * inside a model file.
 */

import * as z from 'zod';
import {
  aNumber,
  anArray,
  anObject,
  aString,
  bytes,
  checkArguments,
  listOf,
  record,
} from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { aShape } from '../data/argument-kinds.ts';
import { type ImageShape, imageSize } from '../data/image-shape.ts';
import { resample } from '../data/prepare/planes.ts';

/** Largest side of the grid. */
export const UNLIKE_SIDE = 14;
/** Directions at most. */
export const UNLIKE_DIRECTIONS = 32;

const side = z.int().min(1).max(UNLIKE_SIDE);
const positive = z.number().positive().max(1e12);
const base64 = z.string().max(4 * UNLIKE_SIDE * UNLIKE_SIDE * 3 * UNLIKE_DIRECTIONS);

/** A description of training images, as JSON. */
export interface UnlikeDescription {
  /** Version of the format. */
  readonly version: 1;
  /** The shape that images are averaged down to. */
  readonly grid: ImageShape;
  /** The mean grid, a byte for each value; base64. */
  readonly mean: string;
  /** Directions [directions, values] as signed bytes, each to be multiplied by its step; base64. */
  readonly directions: string;
  readonly steps: readonly number[];
  /** Variance along each direction. */
  readonly variances: readonly number[];
  /** Variance of each value besides. */
  readonly rest: number;
  /** Scores that given shares of the validation images exceed, by falling share. */
  readonly limits: readonly { readonly share: number; readonly score: number }[];
}

/** @internal */
export const unlikeSchema = z.strictObject({
  version: z.literal(1),
  grid: z.strictObject({ height: side, width: side, channels: z.literal([1, 3]) }),
  mean: base64,
  directions: base64,
  steps: z.array(positive).max(UNLIKE_DIRECTIONS),
  variances: z.array(positive).max(UNLIKE_DIRECTIONS),
  rest: positive,
  limits: z
    .array(z.strictObject({ share: z.number().positive().max(0.5), score: positive }))
    .min(1)
    .max(8),
}) satisfies z.ZodType<UnlikeDescription>;

/** False-alarm rates, as shares of images like the training images. */
export const UNLIKE_SHARE = 0.02;

const aDescription = record(
  {
    grid: anObject,
    mean: aString,
    directions: aString,
    steps: anArray,
    variances: anArray,
    limits: listOf(anObject),
  },
  'a description, as returned by fitUnlike',
);

/** Scores images against a description. */
export class UnlikeScorer {
  /** An image with a higher score is unlike the training images. */
  readonly limit: number;
  readonly #description: UnlikeDescription;
  readonly #mean: Uint8Array;
  readonly #directions: Float64Array;

  /**
   * @param share false-alarm rate on validation images; one of those with a limit in the description
   * @throws CoutureError of kind `data` when the description is inconsistent, `usage` when it has no limit
   * for the share
   */
  constructor(description: UnlikeDescription, share = UNLIKE_SHARE) {
    checkArguments('new UnlikeScorer', { description: [description, aDescription], share: [share, aNumber] });
    const limit = description.limits.find((known) => known.share === share);
    if (limit === undefined) {
      const shares = description.limits.map((known) => known.share).join(', ');
      throw new CoutureError('usage', `There is no limit for the share ${share}, only for ${shares}.`);
    }
    const { directions, steps, variances, grid } = description;
    const size = imageSize(grid);
    this.limit = limit.score;
    this.#description = description;
    this.#mean = meanGrid(description);
    const signed = new Int8Array(fromBase64(directions).buffer);
    if (
      this.#mean.length !== size ||
      signed.length !== size * steps.length ||
      steps.length !== variances.length
    )
      throw new CoutureError(
        'data',
        'The description of the training images is damaged: its parts do not match.',
      );
    this.#directions = Float64Array.from(signed, (value, i) => value * steps[Math.floor(i / size)]);
  }

  /**
   * The score of each image, about 1 for images like the training images.
   * @param images bytes [count, height, width, channels]
   * @throws CoutureError of kind `usage` when the images have another number of channels than the description
   */
  scores(images: Uint8Array, shape: ImageShape): Float64Array {
    checkArguments('scores', { images: [images, bytes], shape: [shape, aShape] });
    const { grid } = this.#description;
    const looks = looksOf(images, shape, grid);
    const size = imageSize(grid);
    return Float64Array.from({ length: looks.length / size }, (_, i) =>
      this.#score(looks.subarray(i * size, (i + 1) * size)),
    );
  }

  #score(look: Float64Array): number {
    const { variances, rest } = this.#description;
    const size = look.length;
    const left = look.map((value, k) => value - this.#mean[k]);
    const stray = left.slice();
    let sum = 0;
    variances.forEach((variance, d) => {
      let along = 0;
      for (let k = 0; k < size; k++) along += this.#directions[d * size + k] * left[k];
      for (let k = 0; k < size; k++) stray[k] -= along * this.#directions[d * size + k];
      sum += (along * along) / variance;
    });
    let beside = 0;
    for (let k = 0; k < size; k++) beside += stray[k] * stray[k];
    return (sum + beside / rest) / size;
  }
}

/**
 * Images averaged down to a grid: [count, values of the grid].
 * @throws CoutureError of kind `usage` when the channels differ or the bytes are not whole images
 */
export function looksOf(images: Uint8Array, shape: ImageShape, grid: ImageShape): Float64Array {
  const size = imageSize(shape);
  const count = images.length / size;
  if (shape.channels !== grid.channels || !Number.isInteger(count))
    throw new CoutureError(
      'usage',
      `${images.length} bytes do not make images with ${grid.channels} channels.`,
    );
  const { height, width, channels } = shape;
  const cells = grid.height * grid.width;
  const looks = new Float64Array(count * cells * channels);
  for (let i = 0; i < count; i++) {
    const values = images.subarray(i * size, (i + 1) * size);
    for (let offset = 0; offset < channels; offset++) {
      const plane = { values, width, height, stride: channels, offset };
      const look = resample(plane, { left: 0, top: 0, width, height }, grid.width, grid.height);
      for (let k = 0; k < cells; k++) looks[(i * cells + k) * channels + offset] = look[k];
    }
  }
  return looks;
}

/** The mean of the training images on the grid of their description, [height, width, channels]. */
export function meanGrid({ mean }: UnlikeDescription): Uint8Array {
  return fromBase64(mean);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw new CoutureError('data', 'The description of the training images is damaged: it is not base64.', {
      cause,
    });
  }
}
