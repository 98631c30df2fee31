/** Loads the data set of a run or a model and checks that it is the one it was trained with. */

import { CoutureError } from '../core/errors.ts';
import { describeSplit, sameSplit } from '../data/checksums.ts';
import type { Dataset } from '../data/dataset.ts';
import type { DatasetInfo } from '../data/dataset-info.ts';
import type { RunConfig } from '../train/settings.ts';
import type { RunDataOptions, RunPlatform } from './platform.ts';

/** Both splits of a data set. */
export interface Splits {
  readonly train: Dataset;
  readonly test: Dataset;
}

/** Both splits of the data set of a run; for a started run, the same as at its start. */
export async function loadSplits(
  platform: Pick<RunPlatform, 'loadSplit'>,
  { data }: Pick<RunConfig, 'data'>,
  path: string,
  options: RunDataOptions,
): Promise<Splits> {
  const train = await platform.loadSplit(data, 'train', options);
  const test = await platform.loadSplit(data, 'test', options);
  for (const dataset of [train, test]) await requireSameImages(data, dataset, path);
  return { train, test };
}

/**
 * Checks that a split is the one that a model was trained with, because other images would falsify its
 * figures.
 * @param data the data of the training; a split without known checksums may be any
 * @param path path of the model, for the message
 * @throws CoutureError of kind `data` when a data set is not that one
 */
export async function requireSameImages(data: DatasetInfo, dataset: Dataset, path: string): Promise<void> {
  const known = data.splits[dataset.split];
  if (known === undefined || sameSplit(known, await describeSplit(dataset))) return;
  throw new CoutureError(
    'data',
    `The ${dataset.split} split of ${dataset.info.name} is not the one that ${path} was trained with.`,
    {
      hint: 'Get the same files again with couture data get --from DIR or couture data import PATH. The config.json of a run and the card of a model list their checksums.',
    },
  );
}
