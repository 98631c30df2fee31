/** Maps of a test split: images with similar activations of the last hidden layer are close together. */

import {
  aFunction,
  aNumber,
  anObject,
  aSignal,
  checkArguments,
  exactly,
  oneOf,
  optional,
  record,
} from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { fork, keyFromSeed, shuffledIndices } from '../core/philox.ts';
import { aDataset, someLabels } from '../data/argument-kinds.ts';
import type { Dataset } from '../data/dataset.ts';
import { planModel } from '../model/plan.ts';
import { checkModelSpec, type ModelSpec } from '../model/spec.ts';
import type { Classifier } from '../use/classifier.ts';
import type { ProjectedPoints } from './inspection.ts';
import { principalComponents, umap, unitRows } from './projections.ts';

/** How the activations become points. */
export const mapMethods = ['pca', 'umap'] as const;

/** Options of `mapImages`. */
export interface MapImagesOptions {
  readonly classifier: Pick<Classifier, 'activations'>;
  /** The network of the classifier. */
  readonly spec: ModelSpec;
  readonly dataset: Dataset;
  /** The predicted class of each image of the data set. */
  readonly predicted: Uint16Array;
  /** `pca` is exact and fast; `umap` keeps neighbors together and takes milliseconds an image. */
  readonly method: (typeof mapMethods)[number];
  /** Draws the images on the map, and the course of UMAP. */
  readonly seed: number;
  /** Images on the map, 2,000 by default; all if there are no more. */
  readonly most?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the finished share of the work, 0 to 1. */
  readonly onProgress?: ((done: number) => void) | undefined;
  /** Does the work of `umap`, for example in a worker that can be ended at once; `umap` itself by default. */
  readonly umap?: typeof umap | undefined;
}

const options = exactly({
  classifier: record({ activations: aFunction }),
  spec: anObject,
  dataset: aDataset,
  predicted: someLabels,
  method: oneOf(mapMethods),
  seed: aNumber,
  most: optional(aNumber),
  signal: optional(aSignal),
  onProgress: optional(aFunction),
  umap: optional(aFunction),
});

/**
 * Places images of a data set on a plane by the activations of the last hidden layer; without a hidden layer, by the
 * logits. The same network, images and seed give the same map.
 * @returns undefined for fewer than 4 images by `umap`, which needs neighborhoods
 * @throws CoutureError of kind `usage` for arguments that do not match, `runtime` when activations are not finite,
 * `interrupted` when `signal` aborts
 */
export async function mapImages(asked: MapImagesOptions): Promise<ProjectedPoints | undefined> {
  checkArguments('mapImages', { options: [asked, options] });
  const { classifier, spec, dataset, predicted, method, seed, most = 2000, signal, onProgress } = asked;
  checkModelSpec(spec);
  if (predicted.length !== dataset.length)
    throw new CoutureError(
      'usage',
      `${predicted.length} predictions do not match the ${dataset.length} images of the data set.`,
    );
  if (!(Number.isInteger(most) && most >= 1))
    throw new CoutureError('usage', `The images on the map must be a whole number from 1 up, not ${most}.`);
  onProgress?.(0);
  const key = fork(keyFromSeed(seed), 'map');
  const indices = shuffledIndices(dataset.length, key).slice(0, most).sort();
  const { layers } = planModel(spec);
  const layer = Math.max(0, layers.length - 2);
  const { name, out } = layers[layer];
  const activations = await classifier.activations(dataset.images, { layer, indices, signal });
  const shared = {
    layer: name,
    labels: Uint16Array.from(indices, (index) => dataset.labels[index]),
    predicted: Uint16Array.from(indices, (index) => predicted[index]),
    indices,
  };
  if (method === 'pca') {
    const projected = principalComponents(unitRows(activations, out), out);
    onProgress?.(1);
    return { method, ...shared, ...projected };
  }
  const points = await (asked.umap ?? umap)(activations, out, { key, onProgress, signal });
  onProgress?.(1);
  return points && { method, ...shared, points };
}
