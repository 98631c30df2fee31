/** Class weights in the loss. */

import type { TrainSettings } from './settings.ts';

/**
 * The class weights of the settings; undefined if all are 1. `balanced` gives class c the weight n / (k n_c),
 * for n images in k nonempty classes with n_c in this class. So every class has the same share in the loss of
 * an epoch, and the mean weight of an image is 1. The loss is the mean over the images of a batch. PyTorch's
 * CrossEntropyLoss(weight) divides by the sum of the weights in the batch instead, so the weight of an image
 * there depends on its batch.
 * @param labels of all images
 * @param trained indices of the training images
 */
export function classWeightsOf(
  { classWeights }: Pick<TrainSettings, 'classWeights'>,
  labels: Uint16Array,
  trained: Uint32Array,
  classes: number,
): Float32Array | undefined {
  if (classWeights === 'none') return undefined;
  const counts = countClasses(labels, trained, classes);
  const present = counts.filter((count) => count > 0).length;
  return Float32Array.from(counts, (count) => (count === 0 ? 0 : trained.length / (present * count)));
}

/** Number of these images in each class. */
export function countClasses(labels: Uint16Array, images: Uint32Array, classes: number): Uint32Array {
  const counts = new Uint32Array(classes);
  for (const image of images) counts[labels[image]] += 1;
  return counts;
}
