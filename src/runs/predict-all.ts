/** The predictions of a run for every image of a data set. */

import type { Dataset } from '../data/dataset.ts';
import { predictedClasses } from '../train/metrics.ts';
import { modelOfRun } from './find-model.ts';
import { type LoadOptions, loadPredictor } from './load.ts';
import type { RunPlatform } from './platform.ts';
import type { Run } from './run.ts';

/** The predicted class of each image, with the best weights by default. */
export async function predictAll(
  platform: RunPlatform,
  run: Run,
  { images, info }: Dataset,
  { weights, backend, threads, signal }: LoadOptions & { readonly signal?: AbortSignal | undefined } = {},
): Promise<Uint16Array> {
  const model = await loadPredictor(platform, modelOfRun(run), { weights, backend, threads });
  try {
    return predictedClasses(await model.logProbabilities(images, { signal }), info.classNames.length);
  } finally {
    await model.dispose();
  }
}
