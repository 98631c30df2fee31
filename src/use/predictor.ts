/** What every trained classifier offers, be it one network or many: images in, probabilities out. */

import { argMax } from '../core/arg-max.ts';
import { CoutureError } from '../core/errors.ts';
import { expNonPositive } from '../engine/math.ts';

/**
 * One image: bytes 0 to 255, row by row, light on black as the network was trained; or the same as floats
 * 0 to 1, which are rounded to bytes.
 */
export type Pixels = Uint8Array | Uint8ClampedArray | Float32Array;

/** What is said of one image. */
export interface Prediction {
  readonly label: string;
  readonly index: number;
  /** One per class, in the order of `classNames`; they sum to 1. */
  readonly probabilities: readonly number[];
}

/** Which of the images given are asked about. */
export interface ImageChoice {
  /** Their numbers, in the order wanted; all by default. */
  readonly indices?: Uint32Array | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told now and then which share of the work is done, 0 to 1. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

/** A trained classifier. Dispose of it when done. */
export interface Predictor {
  readonly classNames: readonly string[];
  /** Label and probabilities of one image. */
  predict(image: Pixels): Promise<Prediction>;
  /** Label and probabilities of each image. */
  predictMany(images: readonly Pixels[]): Promise<Prediction[]>;
  /** Log-probabilities [count, classes] of images laid end to end. */
  logProbabilities(images: Uint8Array, options?: ImageChoice): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/**
 * The images to be asked about, by number: those chosen, or all of those laid end to end in `images`.
 * @param size pixels of an image
 * @throws CoutureError of kind `usage` when the bytes are no whole number of images, or one past them is asked about
 */
export function chosenImages(
  images: Uint8Array,
  size: number,
  indices: Uint32Array | undefined,
): Uint32Array {
  const count = images.length / size;
  if (!Number.isInteger(count)) {
    throw new CoutureError(
      'usage',
      `${images.length} bytes are not a whole number of images of ${size} pixels.`,
    );
  }
  const asked = indices ?? Uint32Array.from({ length: count }, (_, i) => i);
  if (asked.some((index) => index >= count))
    throw new CoutureError('usage', `An image past the ${count} given was asked about.`);
  return asked;
}

/** `predictMany` of a predictor of images of `size` pixels. */
export async function predictEach(
  predictor: Pick<Predictor, 'classNames' | 'logProbabilities'>,
  images: readonly Pixels[],
  size: number,
): Promise<Prediction[]> {
  const { classNames } = predictor;
  const bytes = new Uint8Array(images.length * size);
  images.forEach((image, i) => {
    bytes.set(toBytes(image, size), i * size);
  });
  const logProbabilities = await predictor.logProbabilities(bytes);
  const classes = classNames.length;
  return images.map((_, i) => {
    const row = logProbabilities.subarray(i * classes, (i + 1) * classes);
    const index = argMax(row);
    return { label: classNames[index], index, probabilities: Array.from(row, probability) };
  });
}

/** By the engine's own exp, so that every machine says the same; rounding may leave a logarithm a hair above 0. */
function probability(logProbability: number): number {
  return expNonPositive(Math.min(0, logProbability));
}

function toBytes(image: Pixels, size: number): Uint8Array | Uint8ClampedArray {
  if (image.length !== size)
    throw new CoutureError('usage', `An image of ${image.length} pixels was given to a model of ${size}.`);
  if (!(image instanceof Float32Array)) return image;
  return Uint8Array.from(image, (value) => {
    if (value >= 0 && value <= 1) return Math.round(value * 255);
    throw new CoutureError('usage', `A pixel of ${value} is not between 0 and 1.`);
  });
}
