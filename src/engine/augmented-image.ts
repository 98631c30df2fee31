/** An image as training sees it, for those who want to look at it: the backends do the same on the way into a batch. */

import { drawAugmentation, RECORD } from '../data/augment.ts';
import type { Augmentation } from './backend.ts';
import { augmentImage } from './reference/augment.ts';

/**
 * What augmentation makes of the image at some place of the batch of some step, both counted from 0.
 * @param source `height * width` bytes, row by row; they stay as they are
 */
export function augmentedImage(
  source: Uint8Array,
  { options, key, height, width }: Augmentation,
  place: number,
  step: number,
): Uint8Array {
  const record = new Int32Array(RECORD);
  const pixels = new Uint8Array(height * width);
  drawAugmentation(options, key, place, step, { height, width }, record);
  augmentImage(source, record, height, width, pixels);
  return pixels;
}
