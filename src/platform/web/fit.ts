/** `fit` in a page. */

import { checkArguments, either, kind, optional, record } from '../../core/arguments.ts';
import type { Dataset } from '../../data/dataset.ts';
import { isTrainedModel, originOfTrained, type TrainedModel } from '../../ship/trained-model.ts';
import type { FitOrigin } from '../../use/begin-fit.ts';
import { checkFit, type FitOptions, type Fitted, fitOn } from '../../use/fit.ts';
import { createWebBackend } from './backend.ts';
import { findWebAdapter } from './gpu.ts';
import { aSource, readSource, type WebModelSource } from './load.ts';
import { decodeWebPicture, type WebPicture } from './picture.ts';

/** Options of `fit` in a page. */
export interface WebFitOptions extends FitOptions {
  /**
   * A trained model to start with, instead of random weights: a model file by its address, its bytes or decoded, or what `fit`
   * resolved to. It gives the network; with other classes, the last layer is new. See `couture train --init-from`.
   */
  readonly initFrom?: WebModelSource | TrainedModel | undefined;
}

const webOptions = record({
  initFrom: optional(either(aSource, kind('a decoded model file or the result of fit', isTrainedModel))),
});

/**
 * Trains a classifier on a data set in a worker, so that the page stays responsive.
 *
 *     const dataset = datasetFromArrays({ images, labels, shape: { height: 28, width: 28 } });
 *     const { classifier } = await fit(dataset, { settings: { epochs: 5 }, onEpoch: console.log });
 *     console.log((await classifier.predict(canvas)).label);
 *
 * The same data set, recipe and settings give the same weights on the CPU, bit for bit, here, in Node and
 * with `couture train`. A GPU is used if training would be at least 1.5 times as fast; `backend: 'cpu'`
 * guarantees the bits.
 * @throws CoutureError of kind `usage` when data, settings and model do not match, `data` for a label out of
 * range,
 *   `interrupted` when `signal` aborts, `runtime` where training diverges, `backend` where the engine cannot run
 */
export async function fit(dataset: Dataset, options: WebFitOptions = {}): Promise<Fitted<WebPicture>> {
  checkFit(dataset, options);
  checkArguments('fit', { options: [options, webOptions] });
  const { initFrom, signal } = options;
  return await fitOn(dataset, options, {
    openOrigin: initFrom === undefined ? undefined : () => openOrigin(initFrom, signal),
    startBackend: createWebBackend,
    findAdapter: findWebAdapter,
    decode: decodeWebPicture,
  });
}

async function openOrigin(
  from: WebModelSource | TrainedModel,
  signal: AbortSignal | undefined,
): Promise<FitOrigin> {
  if (isTrainedModel(from)) return await originOfTrained(from, 'the given model');
  const { name, model } = await readSource(from, { signal });
  return await originOfTrained(model, name);
}
