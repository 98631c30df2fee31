/** The model whose weights a run starts with. */

import { CoutureError, prefixed } from '../core/errors.ts';
import type { DatasetInfo } from '../data/dataset-info.ts';
import type { TensorMap } from '../model/network.ts';
import { networkSha256 } from '../ship/network.ts';
import { inputOf } from '../train/config.ts';
import type { InitFrom } from '../train/init-from.ts';
import type { RunConfig } from '../train/settings.ts';
import { type Origin, type Start, startFrom, tensorsOfLayers } from '../train/start-from.ts';
import { type FoundModel, findModel } from './find-model.ts';
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
  const origin = await openOrigin(platform, name);
  const start = startFrom(origin, data);
  return { ...start, initFrom: { model: name, sha256: await networkSha256(origin), layers: start.layers } };
}

/**
 * The first weights of a run; undefined for random ones.
 * @throws CoutureError of kind `data` when the origin has other weights than the config says
 */
export async function loadInitial(
  platform: RunPlaces,
  { initFrom, model }: Pick<RunConfig, 'initFrom' | 'model'>,
): Promise<TensorMap | undefined> {
  if (initFrom === undefined) return undefined;
  const { model: name, sha256, layers } = initFrom;
  const origin = await openOrigin(platform, name);
  if ((await networkSha256(origin)) === sha256) return tensorsOfLayers(model, origin.weights, layers);
  throw new CoutureError('data', `The model ${name} no longer has the weights that the run starts with.`, {
    hint: `Restore it: the SHA-256 of its weights must be ${sha256}.`,
  });
}

async function openOrigin(platform: RunPlaces, name: string): Promise<Origin> {
  const found = await findModel(platform, name).catch((cause: unknown) => {
    throw prefixed(`The model ${name} of --init-from cannot be opened`, cause);
  });
  return await originOf(found);
}

async function originOf(found: FoundModel): Promise<Origin> {
  const { classNames } = found.data;
  if (found.kind === 'run') {
    const { run } = await finishedRun(found.run);
    const { config } = run;
    const weights = await run.loadWeights('best');
    return { spec: config.model, input: inputOf(config), weights, classNames };
  }
  const { members } = found.model;
  if (members.length === 1) return { ...members[0], classNames };
  throw new CoutureError(
    'usage',
    `${found.path} has ${members.length} networks, but a run starts with the weights of one.`,
    { hint: 'Give one of the runs that it was packed from, or a model file with one network.' },
  );
}
