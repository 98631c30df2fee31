/** The input of a network: the shape of the images, and how their bytes become numbers. */

import { CoutureError } from '../core/errors.ts';
import { describeShape, type ImageShape, imageSize } from '../data/image-shape.ts';
import type { PixelScaling } from '../data/preprocessing.ts';
import { inputWidth, type ModelSpec } from './spec.ts';

/** Bytes come in as height, width, channel; the network takes channel, height, width. */
export interface NetworkInput {
  readonly shape: ImageShape;
  readonly pixels: PixelScaling;
}

/**
 * Checks that a network accepts these images.
 * @throws CoutureError of kind `usage` when it takes another number of values, or a channel has no scaling
 */
export function checkInput(spec: ModelSpec, { shape, pixels }: NetworkInput): void {
  const [taken, given] = [inputWidth(spec), imageSize(shape)];
  if (taken !== given) {
    throw new CoutureError(
      'usage',
      `The model takes ${taken} values, but an image of ${describeShape(shape)} has ${given} values.`,
    );
  }
  const { offset, scale } = pixels;
  if (offset.length === shape.channels && scale.length === shape.channels) return;
  throw new CoutureError(
    'usage',
    `Images with ${shape.channels} channels need an offset and a scale for each channel, not ${offset.length} and ${scale.length}.`,
  );
}
