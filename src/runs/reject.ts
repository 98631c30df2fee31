/** Finds the rejection threshold of a model on its validation images. */

import { CoutureError } from '../core/errors.ts';
import { splitOf } from '../data/split.ts';
import { confidencesOf } from '../inspect/confidence.ts';
import type { ImageChoice, Predictor } from '../use/predictor.ts';
import { type Rejection, rejectionThreshold } from '../use/rejection.ts';
import type { FoundModel } from './find-model.ts';
import type { RunDataOptions, RunPlatform } from './platform.ts';
import { requireSameImages } from './run-data.ts';

/**
 * The threshold at which the model rejects a share of the validation images of its runs.
 * @param predictor the model, loaded
 * @throws CoutureError of kind `usage` when there are no validation images: its runs held out different ones
 */
export async function findRejection(
  platform: Pick<RunPlatform, 'loadSplit'>,
  found: FoundModel,
  predictor: Predictor,
  share: number,
  options: RunDataOptions & Pick<ImageChoice, 'onProgress'> = {},
): Promise<Rejection> {
  if (found.split === null) {
    throw new CoutureError(
      'usage',
      `${found.path} has no validation images to choose a threshold with: its runs held out different ones.`,
      { hint: 'Use a run, or a model whose runs held out the same images (--split-seed).' },
    );
  }
  const dataset = await platform.loadSplit(found.data, 'train', options);
  await requireSameImages(found.data, dataset, found.path);
  const { validation } = splitOf(found.split, dataset.length);
  const { signal, onProgress } = options;
  const logProbabilities = await predictor.logProbabilities(dataset.images, {
    indices: validation,
    signal,
    onProgress,
  });
  const labels = Uint16Array.from(validation, (index) => dataset.labels[index]);
  return rejectionThreshold(
    confidencesOf(logProbabilities, labels, found.data.classNames.length).confidence,
    share,
  );
}
