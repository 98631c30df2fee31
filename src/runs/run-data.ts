/** The data set of a run or a model: that it is the one that it was trained with. */

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

/** Both splits of a run's data set: those that it began with, where it has begun. */
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
 * Other pixels or labels than a model was trained with would make its figures a mixture.
 * @param data what it was trained with; a split whose checksums are not known yet may be any
 * @param path what was trained, for the message
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
