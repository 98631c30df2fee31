/** The pixels of a training image as a batch has them, in plain TypeScript: for the reference backend, and to be shown. */

import { drawAugmentation, RECORD } from '../data/augment.ts';
import { drawMix } from '../data/mix.ts';
import type { Augmentation } from './backend.ts';
import { augmentImage, mixImage } from './reference/augment.ts';

/**
 * The bytes of one image of a batch, augmented and mixed.
 * @param images all images, end to end, each as high and wide as the augmentation says
 * @param batch image number of every row of the batch: what may be mixed in
 * @param place row of the batch wanted
 * @param step the optimizer's step, counted over the run
 */
export function augmentedImage(
  images: Uint8Array,
  batch: Uint32Array,
  { options, mixing, key, height, width }: Augmentation,
  place: number,
  step: number,
): Uint8Array<ArrayBuffer> {
  const size = height * width;
  const record = new Int32Array(RECORD);
  const augmented = (row: number): Uint8Array<ArrayBuffer> => {
    const target = new Uint8Array(size);
    drawAugmentation(options, key, row, step, { height, width }, record);
    augmentImage(images.subarray(batch[row] * size, (batch[row] + 1) * size), record, height, width, target);
    return target;
  };
  const image = augmented(place);
  const mix = mixing && drawMix(mixing, key, place, step, batch.length, { height, width });
  if (mix) mixImage(image, augmented(mix.partner), width, mix);
  return image;
}
