/** Which pixels one prediction hangs on: by the gradient, and by covering the image bit by bit. */

import { CoutureError } from '../core/errors.ts';
import type { ImageShape } from '../data/image-shape.ts';
import type { Classifier } from '../use/classifier.ts';
import type { PredictedImage, Saliency } from './inspection.ts';

/** Bytes of covered images that are held at once. */
const BYTES_AT_ONCE = 4_000_000;

export interface OcclusionOptions {
  /** Side of the patch in pixels, odd so that it has a center; 5 by default. */
  readonly patch?: number;
  /** The byte that covers; by default 0, the background. */
  readonly fill?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface SaliencyOptions extends OcclusionOptions {
  /** The class that is asked about; the predicted one by default. */
  readonly target?: number;
}

/**
 * Saliency of one prediction: the gradient of the class's log-probability with respect to the input (Simonyan,
 * Vedaldi & Zisserman 2014, there of the class's score), and occlusion.
 * @throws CoutureError of kind `usage` when target, patch or fill are out of range
 */
export async function explainPrediction(
  classifier: Pick<Classifier, 'logProbabilities' | 'inputGradients'>,
  image: PredictedImage,
  shape: ImageShape,
  { target = image.predicted, patch = 5, fill = 0, signal }: SaliencyOptions = {},
): Promise<Saliency> {
  const classes = Uint16Array.of(target);
  const gradient = await classifier.inputGradients(image.pixels, { classes, signal });
  const occlusion = await occlude(classifier, image.pixels, shape, target, { patch, fill, signal });
  return { image, target, gradient, occlusion, patch };
}

/**
 * For each pixel by how much the probability of a class drops when a square patch centered there is covered (Zeiler &
 * Fergus 2014); at the borders what lies outside the image is not covered.
 * @throws CoutureError of kind `usage` when target, patch or fill are out of range
 */
export async function occlude(
  classifier: Pick<Classifier, 'logProbabilities'>,
  pixels: Uint8Array,
  shape: ImageShape,
  target: number,
  { patch = 5, fill = 0, signal }: OcclusionOptions = {},
): Promise<Float32Array> {
  if (!Number.isInteger(patch) || patch < 1 || patch % 2 === 0)
    throw new CoutureError('usage', `Invalid patch of ${patch} pixels: expected an odd number of pixels.`);
  if (!Number.isInteger(fill) || fill < 0 || fill > 255)
    throw new CoutureError('usage', `Invalid fill ${fill}: expected a byte from 0 to 255.`);
  const whole = await classifier.logProbabilities(pixels, { signal });
  const classes = whole.length;
  if (!(target in whole))
    throw new CoutureError('usage', `There is no class ${target}: the model has ${classes}.`);
  const places = shape.height * shape.width;
  const drops = new Float32Array(places);
  const atOnce = Math.max(1, Math.floor(BYTES_AT_ONCE / pixels.length));
  for (let start = 0; start < places; start += atOnce) {
    const end = Math.min(start + atOnce, places);
    const covered = new Uint8Array((end - start) * pixels.length);
    for (let center = start; center < end; center++) {
      const copy = covered.subarray((center - start) * pixels.length, (center - start + 1) * pixels.length);
      copy.set(pixels);
      cover(copy, shape, center, patch, fill);
    }
    const answers = await classifier.logProbabilities(covered, { signal });
    for (let center = start; center < end; center++)
      drops[center] = Math.exp(whole[target]) - Math.exp(answers[(center - start) * classes + target]);
  }
  return drops;
}

function cover(
  pixels: Uint8Array,
  { width, height, channels }: ImageShape,
  center: number,
  patch: number,
  fill: number,
): void {
  const reach = (patch - 1) / 2;
  const x = center % width;
  const y = (center - x) / width;
  for (let row = Math.max(0, y - reach); row <= Math.min(height - 1, y + reach); row++)
    pixels.fill(
      fill,
      (row * width + Math.max(0, x - reach)) * channels,
      (row * width + Math.min(width, x + reach + 1)) * channels,
    );
}
