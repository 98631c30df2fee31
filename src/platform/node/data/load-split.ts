/** The images of a data set that is known by its description. */

import { CoutureError } from '../../../core/errors.ts';
import type { Dataset, SplitName } from '../../../data/dataset.ts';
import type { DatasetInfo } from '../../../data/dataset-info.ts';
import type { RunDataOptions } from '../../../runs/platform.ts';
import { getDataset } from './store.ts';

/**
 * A split of the data set that is described.
 * @throws CoutureError of kind `data` when its images cannot be had
 */
export async function loadSplit(
  { origin, name }: DatasetInfo,
  split: SplitName,
  { from, signal, onData, env }: RunDataOptions,
): Promise<Dataset> {
  if (origin.kind === 'registry')
    return await getDataset(origin.name, split, { from, signal, env, onProgress: onData });
  throw new CoutureError('data', `The images of ${name} are not kept in any place that is known.`, {
    hint: 'Give the data set by --data.',
  });
}
