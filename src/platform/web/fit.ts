/** `fit` in a page. */

import type { Dataset } from '../../data/dataset.ts';
import { type FitOptions, type Fitted, fitOn } from '../../use/fit.ts';
import { createWebBackend } from './backend.ts';
import { findWebAdapter } from './gpu.ts';
import { decodeWebPicture, type WebPicture } from './picture.ts';

/**
 * Trains a classifier on a data set, in a worker: the page stays free.
 *
 *     const dataset = datasetFromArrays({ images, labels, shape: { height: 28, width: 28 } });
 *     const { classifier } = await fit(dataset, { settings: { epochs: 5 }, onEpoch: console.log });
 *     console.log((await classifier.predict(canvas)).label);
 *
 * The same data set, recipe and settings give the same weights on the CPU, to the bit, as here so in Node and by `couture
 * train`. A GPU is taken where training would be at least 1.5 times as fast on it; `backend: 'cpu'` asks for the bits.
 * @throws CoutureError of kind `usage` where data, settings and model do not fit, `data` for a label out of range,
 *   `interrupted` when `signal` aborts, `runtime` where training diverges, `backend` where the engine cannot run
 */
export async function fit(dataset: Dataset, options: FitOptions = {}): Promise<Fitted<WebPicture>> {
  return await fitOn(dataset, options, {
    startBackend: createWebBackend,
    findAdapter: findWebAdapter,
    decode: decodeWebPicture,
  });
}
