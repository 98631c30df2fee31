/** `fit` in a page. */

import type { Dataset } from '../../data/dataset.ts';
import { type FitOptions, type Fitted, fitOn } from '../../use/fit.ts';
import { createWebBackend } from './backend.ts';
import { findWebAdapter } from './gpu.ts';
import { decodeWebPicture, type WebPicture } from './picture.ts';

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
export async function fit(dataset: Dataset, options: FitOptions = {}): Promise<Fitted<WebPicture>> {
  return await fitOn(dataset, options, {
    startBackend: createWebBackend,
    findAdapter: findWebAdapter,
    decode: decodeWebPicture,
  });
}
