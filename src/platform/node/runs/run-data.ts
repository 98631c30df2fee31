/** The data set of a run: that it fits the network, and that it is the one that the run began with. */

import { CoutureError } from '../../../core/errors.ts';
import type { Dataset } from '../../../data/dataset.ts';
import { classCount, inputWidth, type ModelSpec } from '../../../model/spec.ts';
import type { RunConfig } from '../../../train/settings.ts';
import { type DataOptions, getDataset } from '../data/store.ts';
import { checksums, type SplitSums, sameSums } from './environment.ts';
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
  options: RunDataOptions,
): Promise<Dataset> {
  return await loadSplitFor(config.model, config.settings.dataset, split, options);
}

/** A split of a data set for a network, which it has to fit. */
export async function loadSplitFor(
  spec: ModelSpec,
  name: string,
  split: 'train' | 'test',
  { from, signal, onData, env }: RunDataOptions,
): Promise<Dataset> {
  const dataset = await getDataset(name, split, { from, signal, env, onProgress: onData });
  const pixels = dataset.height * dataset.width;
  if (pixels !== inputWidth(spec) || dataset.classNames.length !== classCount(spec)) {
    throw new CoutureError(
      'data',
      `${dataset.name} has ${pixels} pixels and ${dataset.classNames.length} classes, the model ${inputWidth(spec)} and ${classCount(spec)}.`,
    );
  }
  return dataset;
}

/** The sums of the data that something was trained with, as env.json has them. */
export type DataSums = Readonly<Record<'train' | 'test', SplitSums>>;

/** Whether two models were trained and tested on the same images and labels. */
export function sameData(a: DataSums, b: DataSums): boolean {
  return sameSums(a.train, b.train) && sameSums(a.test, b.test);
}

/** Other pixels or labels than a run began with would make its figures a mixture. */
export async function requireSameData(run: Run, dataset: Dataset): Promise<void> {
  requireSums((await run.environment()).data, dataset, run.path);
}

/** @throws CoutureError of kind `data` when a data set is not what the model at `path` was trained with */
export function requireSums(sums: DataSums, dataset: Dataset, path: string): void {
  if (sameSums(sums[dataset.split], checksums(dataset))) return;
  throw new CoutureError(
    'data',
    `The ${dataset.split} split of ${dataset.name} is not the one that ${path} was trained with.`,
    {
      hint: "Give the folder of the same files by --from; a run's env.json and a model's card have their checksums.",
    },
  );
}
