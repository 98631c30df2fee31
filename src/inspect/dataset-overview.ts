/** The data of a run: class balance, mean images, samples. */

import { type Dataset, imageAt } from '../data/dataset.ts';
import { imageSize } from '../data/image-shape.ts';
import type { Split } from '../data/split.ts';
import type { DatasetOverview, LabeledImage, SplitBalance } from './inspection.ts';

/**
 * Inspects the data of a run. Mean images and samples are of training images only.
 * @param split how the training file was divided, see `splitTrainValidation`
 * @param samplesPerClass largest number of sample images per class
 */
export function datasetOverview(
  train: Dataset,
  test: Dataset,
  split: Split,
  { samplesPerClass }: { readonly samplesPerClass: number },
): DatasetOverview {
  const { name, classNames, shape } = train.info;
  const every = Uint32Array.from({ length: test.length }, (_, i) => i);
  return {
    dataset: name,
    classNames,
    ...shape,
    balance: [
      balanceOf('train', train, split.train),
      balanceOf('validation', train, split.validation),
      balanceOf('test', test, every),
    ],
    meanImages: meanImages(train, split.train),
    samples: sampleImages(train, split.train, samplesPerClass),
  };
}

/** Number of the chosen images in each class. */
export function balanceOf(
  split: SplitBalance['split'],
  dataset: Dataset,
  indices: Uint32Array,
): SplitBalance {
  const perClass = dataset.info.classNames.map(() => 0);
  for (const index of indices) perClass[dataset.labels[index]] += 1;
  return { split, images: indices.length, perClass };
}

/** The mean of the chosen images of each class, rounded to bytes; black for a class without any. */
export function meanImages(dataset: Dataset, indices: Uint32Array): Uint8Array[] {
  const size = imageSize(dataset.info.shape);
  // 32 bits hold the sum of 16 million bytes.
  const sums = dataset.info.classNames.map(() => new Uint32Array(size));
  const counts = dataset.info.classNames.map(() => 0);
  for (const index of indices) {
    const label = dataset.labels[index];
    counts[label] += 1;
    const image = imageAt(dataset, index);
    const sum = sums[label];
    for (let p = 0; p < size; p++) sum[p] += image[p];
  }
  return sums.map((sum, label) => Uint8Array.from(sum, (total) => Math.round(total / (counts[label] || 1))));
}

/** The first `perClass` of the chosen images of each class, in the order of the classes. */
export function sampleImages(dataset: Dataset, indices: Uint32Array, perClass: number): LabeledImage[] {
  const samples = dataset.info.classNames.map((): LabeledImage[] => []);
  for (const index of indices) {
    const label = dataset.labels[index];
    if (samples[label].length === perClass) continue;
    samples[label].push({ pixels: imageAt(dataset, index).slice(), label, index });
  }
  return samples.flat();
}
