/** What each class weighs in the loss. */

import type { TrainSettings } from './settings.ts';

/**
 * The weights that the settings ask for; undefined where all weigh 1. Balanced, a class weighs n / (k n_c): of n images in
 * the k classes that have any, n_c in this one. So every class has the same part in the loss of an epoch, and the mean weight
 * of an image is 1. The loss stays the mean over the images of a batch. PyTorch's CrossEntropyLoss(weight) divides by the sum of the
 * batch's weights instead, so that there an image weighs more in a batch where its class is alone.
 * @param labels of all images
 * @param trained those that are trained on
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

/** How many of these images each class has. */
export function countClasses(labels: Uint16Array, images: Uint32Array, classes: number): Uint32Array {
  const counts = new Uint32Array(classes);
  for (const image of images) counts[labels[image]] += 1;
  return counts;
}
