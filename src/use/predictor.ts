/** The interface of every trained classifier, one network or many: images in, probabilities out. */

import { argMax } from '../core/arg-max.ts';
import {
  aFunction,
  anArray,
  indices as anIndexArray,
  aSignal,
  bytes,
  checkArguments,
  exactly,
  type Kind,
  kind,
  optional,
  options,
} from '../core/arguments.ts';
import { countUp } from '../core/count-up.ts';
import { CoutureError } from '../core/errors.ts';
import { isPixelArray, type PixelArray, pixelBytes, unfit, wrongLength } from '../data/pixels.ts';
import { expNonPositive } from '../engine/math.ts';

/**
 * The pixels of one image, as height, width, channel: bytes from 0 to 255 like the training images, or
 * numbers from 0 to 1, which are rounded to bytes.
 */
export type Pixels = PixelArray;

/** The prediction for one image. */
export interface Prediction {
  readonly label: string;
  readonly index: number;
  /** One per class, in the order of `classNames`; they sum to 1. */
  readonly probabilities: readonly number[];
  /** Whether `label` is less probable than `unknownBelow`; only if that is given. */
  readonly unknown?: boolean;
}

/** Which of the given images to use. */
export interface ImageChoice {
  /** Their numbers, in the wanted order; all by default. */
  readonly indices?: Uint32Array | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called from time to time with the finished share of the work, 0 to 1. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

const aProbability = kind(
  'a number from 0 to 1',
  (value) => typeof value === 'number' && value >= 0 && value <= 1,
);

/** Options of a prediction. */
export interface PredictOptions extends Pick<ImageChoice, 'signal'> {
  /** The probability below which an image is unknown; `rejectionThreshold` finds one. */
  readonly unknownBelow?: number | undefined;
}

/** The names of these options. */
export const predictFields = {
  signal: optional(aSignal),
  unknownBelow: optional(aProbability),
} as const satisfies Readonly<Record<keyof PredictOptions, Kind>>;

/** A trained classifier. Calls may overlap. Dispose of it when done. */
export interface Predictor {
  readonly classNames: readonly string[];
  /** Label and probabilities of one image. */
  predict(image: Pixels, options?: PredictOptions): Promise<Prediction>;
  /** Label and probabilities of each image. */
  predictMany(images: readonly Pixels[], options?: PredictOptions): Promise<Prediction[]>;
  /** Log-probabilities [count, classes] of concatenated images. */
  logProbabilities(images: Uint8Array, options?: ImageChoice): Promise<Float32Array>;
  dispose(): Promise<void>;
}

const choiceFields: Readonly<Record<string, Kind>> = {
  indices: optional(anIndexArray),
  signal: optional(aSignal),
  onProgress: optional(aFunction),
};
/** Made once: a service asks for every request. */
const imageChoice = exactly(choiceFields);

/**
 * The numbers of the images: the chosen ones, or all of those in `images`.
 * @param size values of an image
 * @param more options besides those of `ImageChoice`
 * @throws CoutureError of kind `usage` when the bytes are not a whole number of images, or an index is out of
 * range
 */
export function chosenImages(
  caller: string,
  images: Uint8Array,
  size: number,
  choice: ImageChoice,
  more?: Readonly<Record<string, Kind>>,
): Uint32Array {
  checkArguments(caller, {
    images: [images, bytes],
    options: [choice, more === undefined ? imageChoice : exactly({ ...choiceFields, ...more })],
  });
  const count = images.length / size;
  if (!Number.isInteger(count)) {
    throw new CoutureError(
      'usage',
      `${images.length} bytes do not make a whole number of images of ${size} values.`,
    );
  }
  const asked = choice.indices ?? countUp(count);
  if (asked.some((index) => index >= count))
    throw new CoutureError('usage', `Image index out of range (${count} images).`);
  return asked;
}

/** Some of the concatenated images of `size` bytes each: a view of consecutive ones, else a copy. */
export function pickImages(images: Uint8Array, size: number, indices: Uint32Array): Uint8Array {
  const first = indices[0];
  let consecutive = true;
  for (let i = 0; i < indices.length; i++) consecutive &&= indices[i] === first + i;
  if (consecutive) return images.subarray(first * size, (first + indices.length) * size);
  const picked = new Uint8Array(indices.length * size);
  indices.forEach((index, i) => {
    picked.set(images.subarray(index * size, (index + 1) * size), i * size);
  });
  return picked;
}

/**
 * Checks that the results of a network are finite: finite weights may still overflow in sums.
 * @param name name of the model in messages
 * @throws CoutureError of kind `data` when one is not finite
 */
export function requireFinite(answers: Float32Array, name: string): Float32Array {
  let finite = true;
  for (let i = 0; i < answers.length; i++) finite &&= Number.isFinite(answers[i]);
  if (finite) return answers;
  throw new CoutureError(
    'data',
    `${name} gives results that are not finite: its weights make sums overflow.`,
    {
      hint: 'Use another model, or train it again with a smaller learning rate.',
    },
  );
}

/** `predict` of a predictor of images of `size` values. */
export async function predictOne(
  predictor: Asked,
  image: Pixels,
  size: number,
  choice: PredictOptions = {},
): Promise<Prediction> {
  return (await ask('predict', predictor, [imageBytes(image, size, 'predict: the image')], choice))[0];
}

/** `predictMany` of a predictor of images of `size` values. */
export async function predictEach(
  predictor: Asked,
  images: readonly Pixels[],
  size: number,
  choice: PredictOptions = {},
): Promise<Prediction[]> {
  checkArguments('predictMany', { images: [images, anArray] });
  const all = images.map((image, i) => imageBytes(image, size, `predictMany: images[${i}]`));
  return await ask('predictMany', predictor, all, choice);
}

type Asked = Pick<Predictor, 'classNames' | 'logProbabilities'>;

async function ask(
  caller: string,
  predictor: Asked,
  images: readonly Uint8Array[],
  choice: PredictOptions,
): Promise<Prediction[]> {
  checkArguments(caller, { options: [choice, options(predictFields)] });
  const { signal, unknownBelow } = choice;
  const joined = new Uint8Array(images.reduce((sum, image) => sum + image.length, 0));
  let at = 0;
  for (const image of images) {
    joined.set(image, at);
    at += image.length;
  }
  const logProbabilities = await predictor.logProbabilities(joined, { signal });
  return predictionsFrom(logProbabilities, predictor.classNames, unknownBelow);
}

/** The predictions of log-probabilities [images, classes]. */
export function predictionsFrom(
  logProbabilities: Float32Array,
  classNames: readonly string[],
  unknownBelow?: number,
): Prediction[] {
  const classes = classNames.length;
  return Array.from({ length: logProbabilities.length / classes }, (_, i) => {
    const row = logProbabilities.subarray(i * classes, (i + 1) * classes);
    const index = argMax(row);
    // `Array.from` takes three times as long.
    const probabilities = new Array<number>(classes);
    for (let k = 0; k < classes; k++) probabilities[k] = probability(row[k]);
    const unknown = unknownBelow !== undefined && { unknown: probabilities[index] < unknownBelow };
    return { label: classNames[index], index, probabilities, ...unknown };
  });
}

/**
 * By the engine's own exp, so that every machine gives the same; rounding may leave a logarithm slightly
 * above 0.
 */
export function probability(logProbability: number): number {
  return expNonPositive(Math.min(0, logProbability));
}

function imageBytes(image: Pixels, size: number, where: string): Uint8Array {
  if (!isPixelArray(image)) throw unfit(image, where);
  if (image.length !== size) throw wrongLength(image, size, where);
  return pixelBytes(image, where);
}
