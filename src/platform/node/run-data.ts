/** The data set of a run: that it fits the network, and that it is the one that the run began with. */

import { CoutureError } from '../../core/errors.ts';
import type { Dataset } from '../../data/dataset.ts';
import { classCount, inputWidth } from '../../model/spec.ts';
import type { RunConfig } from '../../train/settings.ts';
import { type DataOptions, getDataset } from './data-store.ts';
import { checksums } from './environment.ts';
import type { Run } from './run-folder.ts';

/** Where data comes from, and who watches. */
export interface RunDataOptions {
  /** Folder of the data set's files. */
  readonly from?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Progress of getting the data. */
  readonly onData?: DataOptions['onProgress'] | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** A split of the config's data set. */
export async function loadSplit(
  config: RunConfig,
  split: 'train' | 'test',
  { from, signal, onData, env }: RunDataOptions,
): Promise<Dataset> {
  const dataset = await getDataset(config.settings.dataset, split, { from, signal, env, onProgress: onData });
  const pixels = dataset.height * dataset.width;
  if (pixels !== inputWidth(config.model) || dataset.classNames.length !== classCount(config.model)) {
    throw new CoutureError(
      'data',
      `${dataset.name} has ${pixels} pixels and ${dataset.classNames.length} classes, the model ${inputWidth(config.model)} and ${classCount(config.model)}.`,
    );
  }
  return dataset;
}

/** Other pixels or labels than a run began with would make its figures a mixture. */
export async function requireSameData(run: Run, dataset: Dataset): Promise<void> {
  const { data } = await run.environment();
  const then = data[dataset.split];
  const now = checksums(dataset);
  if (then.imagesSha256 === now.imagesSha256 && then.labelsSha256 === now.labelsSha256) return;
  throw new CoutureError(
    'data',
    `The ${dataset.split} split of ${dataset.name} is not the one that ${run.path} was trained with.`,
    { hint: 'Give the folder of the same files by --from; env.json has their checksums.' },
  );
}
