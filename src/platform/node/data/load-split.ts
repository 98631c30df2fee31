/** The images of a data set that is known by its description. */

import { CoutureError } from '../../../core/errors.ts';
import type { Dataset, SplitName } from '../../../data/dataset.ts';
import type { DatasetInfo } from '../../../data/dataset-info.ts';
import type { RunDataOptions } from '../../../runs/platform.ts';
import { cacheDirectory } from './cache.ts';
import { ImportCache } from './import-cache.ts';
import { getDataset, inspectData } from './store.ts';

/**
 * A split of the data set that is described.
 * @throws CoutureError of kind `data` when its images are missing
 */
export async function loadSplit(
  info: DatasetInfo,
  split: SplitName,
  { signal, onData, env }: RunDataOptions,
): Promise<Dataset> {
  const { origin, name } = info;
  switch (origin.kind) {
    case 'registry':
      return await getDataset(origin.name, split, { signal, env, onProgress: onData });
    case 'import':
      return await new ImportCache(cacheDirectory(env)).load(info, split);
    case 'memory':
      throw new CoutureError('data', `The images of ${name} were made in code and are not stored.`, {
        hint: 'Pass the data set itself to the function.',
      });
  }
}

/** The same without a download; undefined when the images are not in the cache. */
export async function localSplit(
  info: DatasetInfo,
  split: SplitName,
  options: RunDataOptions,
): Promise<Dataset | undefined> {
  const { origin } = info;
  if (origin.kind === 'registry') {
    const states = await inspectData(origin.name, options);
    if (states.some(({ state }) => state !== 'ok')) return undefined;
  }
  return await loadSplit(info, split, options).catch((error: unknown) => {
    if (error instanceof CoutureError && error.kind === 'data') return undefined;
    throw error;
  });
}
