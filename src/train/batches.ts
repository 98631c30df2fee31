/** Divides the images of an epoch into batches. */

import { CoutureError } from '../core/errors.ts';
import { planModel } from '../model/plan.ts';
import type { ModelSpec } from '../model/spec.ts';

/** Whether a network has batch normalization, which takes the mean and variance of each feature over a batch. */
export function batchNormalized(spec: ModelSpec): boolean {
  return planModel(spec).layers.some(({ norm }) => norm === 'batch');
}

/**
 * With one image, batch normalization gives 0, because every feature is its own mean. PyTorch refuses such a
 * batch.
 * @throws CoutureError of kind `usage` when every batch would have one image
 */
export function checkBatchSize(spec: ModelSpec, batchSize: number): void {
  if (batchSize > 1 || !batchNormalized(spec)) return;
  throw new CoutureError(
    'usage',
    'Batch normalization needs at least 2 images in a batch, but batchSize is 1.',
    { hint: 'Use larger batches or --norm layer, which normalizes each image by itself.' },
  );
}

/**
 * Number of training images in an epoch: all, except a last batch of one image with batch normalization.
 * Every epoch has another order, so another image is left out.
 */
export function imagesPerEpoch(images: number, spec: ModelSpec, batchSize: number): number {
  return images % batchSize === 1 && batchNormalized(spec) ? images - 1 : images;
}

/** Optimizer steps of an epoch. */
export function stepsPerEpoch(images: number, spec: ModelSpec, batchSize: number): number {
  return Math.ceil(imagesPerEpoch(images, spec, batchSize) / batchSize);
}
