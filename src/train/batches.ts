/** How an epoch's images are cut into batches. */

import { CoutureError } from '../core/errors.ts';
import { planModel } from '../model/plan.ts';
import type { ModelSpec } from '../model/spec.ts';

/** Whether a network has batch normalization, which takes the mean and variance of each feature over a batch. */
export function batchNormalized(spec: ModelSpec): boolean {
  return planModel(spec).layers.some(({ norm }) => norm === 'batch');
}

/**
 * Of one image, batch normalization leaves nothing: every feature is its own mean. PyTorch refuses such a batch.
 * @throws CoutureError of kind `usage` when every batch would be one
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
 * How many of the training images an epoch takes: all, but for a last batch of one image where there is batch normalization.
 * Which image that is, another order decides in every epoch.
 */
export function imagesPerEpoch(images: number, spec: ModelSpec, batchSize: number): number {
  return images % batchSize === 1 && batchNormalized(spec) ? images - 1 : images;
}

/** Optimizer steps of an epoch. */
export function stepsPerEpoch(images: number, spec: ModelSpec, batchSize: number): number {
  return Math.ceil(imagesPerEpoch(images, spec, batchSize) / batchSize);
}
