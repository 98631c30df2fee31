/** The model whose weights a run starts with. */

import { CoutureError, prefixed } from '../core/errors.ts';
import { describeSplit, sameSplit } from '../data/checksums.ts';
import type { Dataset } from '../data/dataset.ts';
import type { DatasetInfo } from '../data/dataset-info.ts';
import type { TensorMap } from '../model/network.ts';
import { networkSha256 } from '../ship/network.ts';
import { networkOf } from '../ship/trained-model.ts';
import { inputOf } from '../train/config.ts';
import type { InitFrom } from '../train/init-from.ts';
import { overlapNotice } from '../train/overlap.ts';
import type { RunConfig } from '../train/settings.ts';
import { type Origin, type Start, startFrom, tensorsOfLayers } from '../train/start-from.ts';
import { type FoundModel, findModel, trainingOf } from './find-model.ts';
import { finishedRun } from './finished-run.ts';
import type { RunPlaces } from './platform.ts';

/** The part of a config that starts with a model. */
export interface StartOfRun extends Start {
  readonly initFrom: InitFrom;
}

/**
 * The network and the origin for a run on a data set.
 * @param name a run, a model file, or a shipped model, with one network
 * @throws CoutureError of kind `usage` when there is no such model, it is not finished, or it does not match the data set
 */
export async function startOfRun(platform: RunPlaces, name: string, data: DatasetInfo): Promise<StartOfRun> {
  const origin = await originOf(await findOrigin(platform, name));
  const start = startFrom(origin, data);
  return { ...start, initFrom: { model: name, sha256: await networkSha256(origin), layers: start.layers } };
}

/** First weights from another model. */
export interface InitialWeights {
  /** By name; those of the layers that were taken. */
  readonly weights: TensorMap;
  /** Whether the model has seen images that the run holds out. */
  readonly notice: string | undefined;
}

/**
 * The first weights of a run; undefined for random ones.
 * @param trainSet the training images of the run
 * @throws CoutureError of kind `data` when the origin has other weights than the config says
 */
export async function loadInitial(
  platform: RunPlaces,
  { initFrom, model, settings }: Pick<RunConfig, 'initFrom' | 'model' | 'settings'>,
  trainSet: Dataset,
): Promise<InitialWeights | undefined> {
  if (initFrom === undefined) return undefined;
  const { model: name, sha256, layers } = initFrom;
  const found = await findOrigin(platform, name);
  const origin = await originOf(found);
  if ((await networkSha256(origin)) !== sha256)
    throw new CoutureError('data', `The model ${name} no longer has the weights that the run starts with.`, {
      hint: `Restore it: the SHA-256 of its weights must be ${sha256}.`,
    });
  const isSame = sameSplit(found.data.splits.train, await describeSplit(trainSet));
  return {
    weights: tensorsOfLayers(model, origin.weights, layers),
    notice: isSame ? overlapNotice('model', trainingOf(found), settings) : undefined,
  };
}

async function findOrigin(platform: RunPlaces, name: string): Promise<FoundModel> {
  return await findModel(platform, name).catch((cause: unknown) => {
    throw prefixed(`The model ${name} of --init-from cannot be opened`, cause);
  });
}

/**
 * The network of a model that was found.
 * @throws CoutureError of kind `usage` when the run is not finished, or the model has several networks
 */
export async function originOf(found: FoundModel): Promise<Origin> {
  if (found.kind === 'file') return networkOf(found.model, found.path);
  const { run } = await finishedRun(found.run);
  const { config } = run;
  const weights = await run.loadWeights('best');
  return { spec: config.model, input: inputOf(config), weights, classNames: config.data.classNames };
}
