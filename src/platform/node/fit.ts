/** `fit` on Node. */

import { checkArguments, either, kind, optional, record } from '../../core/arguments.ts';
import type { Dataset } from '../../data/dataset.ts';
import { trainingOf } from '../../runs/find-model.ts';
import { originOf } from '../../runs/init-from.ts';
import { loadTeachers, openTeachers } from '../../runs/teacher-models.ts';
import { networkSha256 } from '../../ship/network.ts';
import { isTrainedModel, originOfTrained, type TrainedModel } from '../../ship/trained-model.ts';
import type { FitOrigin } from '../../use/begin-fit.ts';
import { checkFit, type FitOptions, type Fitted, fitOn } from '../../use/fit.ts';
import { createNodeBackend, standardBackend } from './engine/backend.ts';
import { costsIn } from './engine/costs.ts';
import { findNodeAdapter } from './engine/gpu.ts';
import { decodeNodePicture, type NodePicture } from './images/picture.ts';
import { aModel, findSource, type NodeModelSource } from './load.ts';
import { nodePlatform } from './platform.ts';

/** Options of `fit` in Node. */
export interface NodeFitOptions extends FitOptions {
  /**
   * A trained model to start with, instead of random weights: what `load` takes, a decoded model file, or what `fit` resolved
   * to. It gives the network; with other classes, the last layer is new. See `couture train --init-from`.
   */
  readonly initFrom?: NodeModelSource | TrainedModel | undefined;
}

const nodeOptions = record({
  initFrom: optional(either(aModel, kind('a decoded model file or the result of fit', isTrainedModel))),
});

/**
 * Trains a classifier on a data set, in memory: `couture train` and `trainRun` keep runs on disk.
 *
 *     const dataset = datasetFromArrays({ images, labels, shape: { height: 28, width: 28 } });
 *     const { classifier } = await fit(dataset, { settings: { epochs: 5 }, onEpoch: console.log });
 *     console.log((await classifier.predict('shoe.png')).label);
 *
 * Teachers are named in the settings, as for `couture train`, or given as networks.
 *
 * The same data set, recipe and settings give the same weights on the CPU, bit for bit, here, in a page and
 * with `couture train`. A GPU is used if training would be at least 1.5 times as fast; `backend: 'cpu'`
 * guarantees the bits.
 * @throws CoutureError of kind `usage` when data, settings and model do not match, `data` for a label out of
 * range,
 *   `interrupted` when `signal` aborts, `runtime` where training diverges, `backend` where the engine cannot run
 */
export async function fit(dataset: Dataset, options: NodeFitOptions = {}): Promise<Fitted<NodePicture>> {
  checkFit(dataset, options);
  checkArguments('fit', { options: [options, nodeOptions] });
  const { initFrom, signal } = options;
  const platform = {
    startBackend: createNodeBackend,
    decode: decodeNodePicture,
    findAdapter: findNodeAdapter,
    costs: costsIn(),
    standardBackend: standardBackend(),
    openOrigin: initFrom === undefined ? undefined : () => openOrigin(initFrom, signal),
  };
  return await fitOn(dataset, await withTeachers(dataset, options), platform);
}

async function openOrigin(
  from: NodeModelSource | TrainedModel,
  signal: AbortSignal | undefined,
): Promise<FitOrigin> {
  if (isTrainedModel(from)) return await originOfTrained(from, 'the given model');
  const found = await findSource(from, { signal });
  const origin = await originOf(found);
  return { ...trainingOf(found), origin, data: found.data, sha256: await networkSha256(origin) };
}

/** The models that the settings name, as `couture train` finds them. */
async function withTeachers(dataset: Dataset, options: FitOptions): Promise<FitOptions> {
  const teacher = options.settings?.teacher;
  if (typeof teacher !== 'string' || options.teachers !== undefined) return options;
  const found = await loadTeachers(await openTeachers(nodePlatform, { settings: { teacher } }), dataset);
  return { ...options, teachers: found?.models };
}
