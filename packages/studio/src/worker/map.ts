/** The map of the test images: those that a network sees as similar are close together. */

import { CoutureError } from '@couture/core';
import { mapImages } from 'couture/inspect';
import type { ModelChoice } from '../protocol.ts';
import type { ImageMap } from '../protocol-see.ts';
import { verdictsOf } from './evaluate.ts';
import type { Job } from './jobs.ts';
import { type Ready, withModel } from './models.ts';
import { tilesOf } from './tiles.ts';
import { umapInWorker } from './umap.ts';

/** Images on the map. */
const MOST = 2000;
/** Longest side of the bitmap with the images: larger ones are refused by some browsers. */
const LONGEST = 4096;

/** Makes the map by a method. */
export async function mapOf(job: Job, choice: ModelChoice, method: 'pca' | 'umap'): Promise<ImageMap> {
  return await withModel(choice, async (model) => await mapBy(job, model, method));
}

async function mapBy({ signal, progress }: Job, model: Ready, method: 'pca' | 'umap'): Promise<ImageMap> {
  progress('Predicting the test images', 0);
  const { set, predicted } = await verdictsOf(model, signal);
  const { width, height } = set.info.shape;
  const most = Math.min(MOST, Math.floor(LONGEST / width) * Math.floor(LONGEST / height));
  const { classifier, spec, seed } = model.inner;
  const points = await mapImages({
    ...{ classifier, spec, dataset: set, predicted, method, seed, most, signal, umap: umapInWorker },
    onProgress: (done) => progress(method === 'pca' ? 'Projecting' : 'Placing neighbors together', done),
  });
  if (points === undefined)
    throw new CoutureError('usage', `The test split has ${set.length} images, too few for this map.`, {
      hint: 'Choose PCA.',
    });
  const columns = Math.min(Math.floor(LONGEST / width), Math.ceil(Math.sqrt(points.indices.length)));
  return { ...(await tilesOf(set, points.indices, columns)), model: model.name, points };
}
