/** Describes training images so that images unlike them can be recognized; see src/use/unlike.ts. */

import { bytes, checkArguments, record } from '../core/arguments.ts';
import { toBase64 } from '../core/base64.ts';
import { CoutureError } from '../core/errors.ts';
import { aShape } from '../data/argument-kinds.ts';
import { type ImageShape, imageSize } from '../data/image-shape.ts';
import {
  looksOf,
  UNLIKE_DIRECTIONS,
  UNLIKE_SIDE,
  type UnlikeDescription,
  UnlikeScorer,
} from '../use/unlike.ts';
import { largestEigenpairs } from './eigen.ts';

/** Largest number of images for the description; from more, that many at even distances. */
const MOST_IMAGES = 10_000;
/** Fewer images do not show what is usual. */
export const LEAST_UNLIKE_IMAGES = 50;
/** False-alarm rates with a limit. */
const SHARES = [0.05, 0.02, 0.01] as const;

/** Two sets of images of one shape. */
export interface UnlikeSource {
  readonly shape: ImageShape;
  /** Bytes [count, height, width, channels]. */
  readonly train: Uint8Array;
  /** Other images of the same kind, for the limits. */
  readonly validation: Uint8Array;
}

/**
 * Describes the training images of a network. The same images give the same description on any machine.
 * @throws CoutureError of kind `usage` when there are fewer than 50 images of either kind
 */
export function fitUnlike(source: UnlikeSource): UnlikeDescription {
  checkArguments('fitUnlike', {
    source: [source, record({ shape: aShape, train: bytes, validation: bytes })],
  });
  const { shape, train, validation } = source;
  const size = imageSize(shape);
  for (const [kind, images] of [
    ['training', train],
    ['validation', validation],
  ] as const)
    if (images.length < LEAST_UNLIKE_IMAGES * size)
      throw new CoutureError(
        'usage',
        `${LEAST_UNLIKE_IMAGES} ${kind} images are needed to recognize images unlike them.`,
      );
  const grid: ImageShape = {
    height: Math.min(UNLIKE_SIDE, shape.height),
    width: Math.min(UNLIKE_SIDE, shape.width),
    channels: shape.channels,
  };
  const looks = looksOf(evenly(train, size), shape, grid);
  const description = describe(looks, grid);
  const scorer = new UnlikeScorer({ ...description, limits: [{ share: 1e-9, score: 1 }] }, 1e-9);
  const scores = scorer.scores(validation, shape).sort();
  const limits = SHARES.map((share) => ({
    share,
    score: scores[Math.ceil(scores.length * (1 - share)) - 1],
  }));
  return { ...description, limits };
}

function evenly(images: Uint8Array, size: number): Uint8Array {
  const count = images.length / size;
  if (count <= MOST_IMAGES) return images;
  const chosen = new Uint8Array(MOST_IMAGES * size);
  for (let i = 0; i < MOST_IMAGES; i++) {
    const from = Math.floor((i * count) / MOST_IMAGES) * size;
    chosen.set(images.subarray(from, from + size), i * size);
  }
  return chosen;
}

function describe(looks: Float64Array, grid: ImageShape): Omit<UnlikeDescription, 'limits'> {
  const size = imageSize(grid);
  const count = looks.length / size;
  const mean = new Uint8Array(size);
  for (let k = 0; k < size; k++) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += looks[i * size + k];
    mean[k] = Math.round(sum / count);
  }
  const covariance = covarianceOf(looks, mean);
  const product = (vector: Float64Array): Float64Array => times(covariance, vector);
  const pairs = largestEigenpairs(size, Math.min(UNLIKE_DIRECTIONS, size - 1), product).filter(
    ({ value }) => value > 1,
  );
  let total = 0;
  for (let k = 0; k < size; k++) total += covariance[k * size + k];
  const explained = pairs.reduce((sum, { value }) => sum + value, 0);
  const steps = pairs.map(({ vector }) => vector.reduce((most, x) => Math.max(most, Math.abs(x)), 0) / 127);
  const directions = new Int8Array(pairs.length * size);
  pairs.forEach(({ vector }, d) => {
    directions.set(
      vector.map((value) => Math.round(value / steps[d])),
      d * size,
    );
  });
  return {
    version: 1,
    grid,
    mean: toBase64(mean),
    directions: toBase64(new Uint8Array(directions.buffer)),
    steps,
    variances: pairs.map(({ value }) => value),
    // At least one gray level, so that for a uniform set not every image counts as unlike.
    rest: Math.max(1, (total - explained) / Math.max(1, size - pairs.length)),
  };
}

/** [size, size], about the mean. */
function covarianceOf(looks: Float64Array, mean: Uint8Array): Float64Array {
  const size = mean.length;
  const count = looks.length / size;
  const covariance = new Float64Array(size * size);
  const left = new Float64Array(size);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < size; k++) left[k] = looks[i * size + k] - mean[k];
    for (let a = 0; a < size; a++) {
      const value = left[a] / count;
      for (let b = 0; b <= a; b++) covariance[a * size + b] += value * left[b];
    }
  }
  for (let a = 0; a < size; a++)
    for (let b = 0; b < a; b++) covariance[b * size + a] = covariance[a * size + b];
  return covariance;
}

function times(matrix: Float64Array, vector: Float64Array): Float64Array {
  const size = vector.length;
  const result = new Float64Array(size);
  for (let a = 0; a < size; a++) {
    let sum = 0;
    for (let b = 0; b < size; b++) sum += matrix[a * size + b] * vector[b];
    result[a] = sum;
  }
  return result;
}
