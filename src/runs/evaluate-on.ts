/** Evaluates a classifier on some images of a data set. */

import type { Dataset } from '../data/dataset.ts';
import { type Evaluation, evaluateLogProbabilities } from '../inspect/metrics.ts';
import type { Predictor } from '../use/predictor.ts';

/** The figures of a classifier on some images of a data set. */
export async function evaluateOn(
  model: Predictor,
  dataset: Dataset,
  indices: Uint32Array,
  signal: AbortSignal | undefined,
): Promise<Evaluation> {
  const logProbabilities = await model.logProbabilities(dataset.images, { indices, signal });
  const labels = Uint16Array.from(indices, (index) => dataset.labels[index]);
  return evaluateLogProbabilities(logProbabilities, labels, dataset.info.classNames);
}
