/** The pixels that a prediction depends on: by the gradient, and by covering patches of the image. */

import {
  aFunction,
  aNumber,
  aSignal,
  bytes,
  checkArguments,
  optional,
  options as optionsOf,
  record,
} from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { aShape } from '../data/argument-kinds.ts';
import type { ImageShape } from '../data/image-shape.ts';
import type { Classifier } from '../use/classifier.ts';
import type { PredictedImage, Saliency } from './inspection.ts';

/** Largest size of covered images in memory. */
const BYTES_AT_ONCE = 4_000_000;

/** Side of the patch for images of 28 pixels, and at least. */
const PATCH = 5;
/** Largest number of patches across an image: more would take long and show no more. */
const MOST_ACROSS = 48;

export interface OcclusionOptions {
  /** Side of the patch in pixels, odd so that it has a center; by default 5, and more for images of over 36 pixels. */
  readonly patch?: number;
  /**
   * Pixels from one center to the next; pixels between them get the value of the nearest. By default 1, and
   * more for images of over 48 pixels.
   */
  readonly step?: number;
  /** The byte that covers; by default 0 for gray images, and for color ones the median color of the image's border. */
  readonly fill?: number;
  readonly signal?: AbortSignal | undefined;
}

/** How a prediction is explained. */
export interface SaliencyOptions extends OcclusionOptions {
  /** The explained class; the predicted one by default. */
  readonly target?: number;
}

const saliencyOptions = optionsOf({
  target: optional(aNumber),
  patch: optional(aNumber),
  step: optional(aNumber),
  fill: optional(aNumber),
  signal: optional(aSignal),
});

/**
 * Saliency of one prediction: the gradient of the class's log-probability with respect to the input (Simonyan,
 * Vedaldi & Zisserman 2014, there of the class's score), and occlusion. For a color image, the gradient of a
 * pixel is the sum of the absolute values of its three, without a sign.
 * @throws CoutureError of kind `usage` when target, patch, step or fill are out of range
 */
export async function explainPrediction(
  classifier: Pick<Classifier, 'logProbabilities' | 'inputGradients'>,
  image: PredictedImage,
  shape: ImageShape,
  asked: SaliencyOptions = {},
): Promise<Saliency> {
  checkArguments('explainPrediction', {
    classifier: [classifier, record({ logProbabilities: aFunction, inputGradients: aFunction })],
    image: [image, record({ pixels: bytes, predicted: aNumber })],
    shape: [shape, aShape],
    options: [asked, saliencyOptions],
  });
  const { target = image.predicted, patch = usualPatch(shape), ...options } = asked;
  const classes = Uint16Array.of(target);
  const gradients = await classifier.inputGradients(image.pixels, { classes, signal: options.signal });
  const gradient = shape.channels === 1 ? gradients : sizesOverChannels(gradients, shape);
  const occlusion = await occlude(classifier, image.pixels, shape, target, { patch, ...options });
  return { image, target, gradient, occlusion, patch };
}

/** Sums of absolute values [channel, height, width] over the channels. */
function sizesOverChannels(values: Float32Array, { height, width }: ImageShape): Float32Array {
  const sums = new Float32Array(height * width);
  values.forEach((value, i) => {
    sums[i % sums.length] += Math.abs(value);
  });
  return sums;
}

/** An odd number of pixels, about a fifth of the image. */
function usualPatch({ height, width }: ImageShape): number {
  const side = (Math.max(height, width) * PATCH) / 28;
  return Math.max(PATCH, 2 * Math.floor(side / 2) + 1);
}

/**
 * For each pixel by how much the probability of a class drops when a square patch centered there is covered (Zeiler &
 * Fergus 2014); at the borders, only the part inside the image is covered.
 * @throws CoutureError of kind `usage` when target, patch, step or fill are out of range
 */
export async function occlude(
  classifier: Pick<Classifier, 'logProbabilities'>,
  pixels: Uint8Array,
  shape: ImageShape,
  target: number,
  options: OcclusionOptions = {},
): Promise<Float32Array> {
  const { height, width } = shape;
  const { patch = usualPatch(shape), fill, signal } = options;
  const { step = Math.ceil(Math.max(height, width) / MOST_ACROSS) } = options;
  checkOptions(patch, step, fill);
  const color = fill === undefined ? groundOf(pixels, shape) : new Uint8Array(shape.channels).fill(fill);
  const whole = await classifier.logProbabilities(pixels, { signal });
  const classes = whole.length;
  if (!(target in whole))
    throw new CoutureError('usage', `Class ${target} is out of range: the model has ${classes} classes.`);
  const rows = centersOf(height, step);
  const columns = centersOf(width, step);
  const places = rows.length * columns.length;
  const drops = new Float32Array(places);
  const atOnce = Math.max(1, Math.floor(BYTES_AT_ONCE / pixels.length));
  for (let start = 0; start < places; start += atOnce) {
    const end = Math.min(start + atOnce, places);
    const covered = new Uint8Array((end - start) * pixels.length);
    for (let place = start; place < end; place++) {
      const copy = covered.subarray((place - start) * pixels.length, (place - start + 1) * pixels.length);
      copy.set(pixels);
      const center = { x: columns[place % columns.length], y: rows[Math.floor(place / columns.length)] };
      cover(copy, shape, center, patch, color);
    }
    const answers = await classifier.logProbabilities(covered, { signal });
    for (let place = start; place < end; place++)
      drops[place] = Math.exp(whole[target]) - Math.exp(answers[(place - start) * classes + target]);
  }
  return Float32Array.from({ length: height * width }, (_, i) => {
    const [row, column] = [Math.floor(i / width / step), Math.floor((i % width) / step)];
    return drops[row * columns.length + column];
  });
}

function checkOptions(patch: number, step: number, fill = 0): void {
  if (!Number.isInteger(patch) || patch < 1 || patch % 2 === 0)
    throw new CoutureError('usage', `Invalid patch of ${patch} pixels: expected an odd number of pixels.`);
  if (!Number.isInteger(step) || step < 1)
    throw new CoutureError('usage', `Invalid step of ${step} pixels: expected a whole number from 1 up.`);
  if (!Number.isInteger(fill) || fill < 0 || fill > 255)
    throw new CoutureError('usage', `Invalid fill ${fill}: expected a byte from 0 to 255.`);
}

/** The centers of pieces of `step` pixels; the last piece may be shorter. */
function centersOf(length: number, step: number): number[] {
  return Array.from({ length: Math.ceil(length / step) }, (_, i) =>
    Math.min(length - 1, i * step + Math.floor(step / 2)),
  );
}

/** The covering color: black for a gray image, otherwise the median of its border in each channel. */
function groundOf(pixels: Uint8Array, { height, width, channels }: ImageShape): Uint8Array {
  if (channels === 1) return Uint8Array.of(0);
  const isBorder = (place: number): boolean => {
    const [x, y] = [place % width, Math.floor(place / width)];
    return x === 0 || y === 0 || x === width - 1 || y === height - 1;
  };
  const border = Array.from({ length: height * width }, (_, place) => place).filter(isBorder);
  return Uint8Array.from({ length: channels }, (_, channel) => {
    const values = border.map((place) => pixels[place * channels + channel]).sort((a, b) => a - b);
    return values[Math.floor(values.length / 2)];
  });
}

function cover(
  pixels: Uint8Array,
  { width, height, channels }: ImageShape,
  { x, y }: { readonly x: number; readonly y: number },
  patch: number,
  color: Uint8Array,
): void {
  const reach = (patch - 1) / 2;
  for (let row = Math.max(0, y - reach); row <= Math.min(height - 1, y + reach); row++)
    for (let column = Math.max(0, x - reach); column <= Math.min(width - 1, x + reach); column++)
      pixels.set(color, (row * width + column) * channels);
}
