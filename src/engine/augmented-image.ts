/** The pixels of a training image in a batch, in plain TypeScript: for the reference backend, and for display. */

import { aNumber, anObject, bytes, checkArguments, indices, record } from '../core/arguments.ts';
import { aKey } from '../core/philox.ts';
import { aShape } from '../data/argument-kinds.ts';
import { drawAugmentation, RECORD } from '../data/augment.ts';
import { fromPlanes, type ImageShape, imageSize, toPlanes } from '../data/image-shape.ts';
import { drawMix } from '../data/mix.ts';
import type { Augmentation } from './backend.ts';
import { augmentImage, mixImage } from './reference/augment.ts';

/** Where an image is in training: its row in the batch, and the optimizer's step, counted over the run. */
export interface BatchPlace {
  readonly place: number;
  readonly step: number;
}

/**
 * The bytes of one image of a batch, augmented and mixed.
 * @param images all images, end to end [height, width, channel]
 * @param batch image number of every row of the batch: the images that may be mixed in
 */
export function augmentedImage(
  images: Uint8Array,
  shape: ImageShape,
  batch: Uint32Array,
  augmentation: Augmentation,
  at: BatchPlace,
): Uint8Array {
  checkArguments('augmentedImage', {
    images: [images, bytes],
    shape: [shape, aShape],
    batch: [batch, indices],
    augmentation: [augmentation, record({ options: anObject, key: aKey })],
    at: [at, record({ place: aNumber, step: aNumber })],
  });
  const size = imageSize(shape);
  const planesOf = (row: number) =>
    toPlanes(images.subarray(batch[row] * size, (batch[row] + 1) * size), shape);
  return fromPlanes(augmentedPlanes(planesOf, shape, batch.length, augmentation, at), shape);
}

/**
 * The same for images whose channels follow each other. Each channel changes in the same way.
 * @param planesOf the image of a row of the batch [channel, height, width]
 * @param rows images of the batch
 */
export function augmentedPlanes(
  planesOf: (row: number) => Uint8Array,
  shape: ImageShape,
  rows: number,
  { options, mixing, key }: Augmentation,
  { place, step }: BatchPlace,
): Uint8Array<ArrayBuffer> {
  const { height, width } = shape;
  const plane = height * width;
  const record = new Int32Array(RECORD);
  const augmented = (row: number): Uint8Array<ArrayBuffer> => {
    const source = planesOf(row);
    const target = new Uint8Array(source.length);
    drawAugmentation(options, key, row, step, shape, record);
    for (let at = 0; at < source.length; at += plane)
      augmentImage(source.subarray(at, at + plane), record, height, width, target.subarray(at, at + plane));
    return target;
  };
  const image = augmented(place);
  const mix = mixing && drawMix(mixing, key, place, step, rows, shape);
  if (mix === undefined) return image;
  const partner = augmented(mix.partner);
  for (let at = 0; at < image.length; at += plane)
    mixImage(image.subarray(at, at + plane), partner.subarray(at, at + plane), width, mix);
  return image;
}
