/** A trained model as the start of another training: from a model file, or from what `fit` resolved to. */

import { CoutureError } from '../core/errors.ts';
import { plural } from '../core/format.ts';
import { splitSourceOf } from '../data/split.ts';
import { inputOf } from '../train/config.ts';
import type { Origin } from '../train/start-from.ts';
import type { FitOrigin } from '../use/begin-fit.ts';
import type { Fitted } from '../use/fit.ts';
import type { ModelFile } from './model-file.ts';
import { networkSha256 } from './network.ts';

/** A trained model in memory: a decoded model file, or what `fit` resolved to. */
export type TrainedModel = ModelFile | Pick<Fitted<unknown>, 'config' | 'weights'>;

/** Whether a value from outside is of one of the two forms; its parts are checked where they are used. */
export function isTrainedModel(value: unknown): value is TrainedModel {
  if (typeof value !== 'object' || value === null) return false;
  return ('members' in value && 'card' in value) || ('config' in value && 'weights' in value);
}

/**
 * The network that a training starts with.
 * @param path name of the model in messages and in the config
 * @throws CoutureError of kind `usage` when the model has several networks
 */
export async function originOfTrained(model: TrainedModel, path: string): Promise<FitOrigin> {
  if ('members' in model) {
    const { data, card } = model;
    const origin = networkOf(model, path);
    const imported = card.members.some((member) => member.imported !== undefined);
    return { path, split: card.split, imported, origin, data, sha256: await networkSha256(origin) };
  }
  const { config, weights } = model;
  const { settings, data, model: spec } = config;
  const origin = { spec, input: inputOf(config), weights, classNames: data.classNames };
  const split = splitSourceOf(settings);
  return { path, split, imported: false, origin, data, sha256: await networkSha256(origin) };
}

/**
 * The one network of a model file.
 * @throws CoutureError of kind `usage` when there are several
 */
export function networkOf({ members, data: { classNames } }: ModelFile, path: string): Origin {
  if (members.length === 1) return { ...members[0], classNames };
  throw new CoutureError(
    'usage',
    `${path} has ${plural(members.length, 'network')}, but a run starts with the weights of one.`,
    { hint: 'Give one of the runs that it was packed from, or a model file with one network.' },
  );
}
