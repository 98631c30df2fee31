/** Provides given data sets to runs, in a page and in tests. */

import { CoutureError } from '../core/errors.ts';
import type { Dataset } from '../data/dataset.ts';
import type { RunPlatform } from './platform.ts';

/**
 * The data-set part of a platform over these data sets, by name and split.
 * @throws CoutureError of kind `data`, from the returned function, for a split that is not given
 */
export function givenDatasets(datasets: readonly Dataset[]): RunPlatform['loadSplit'] {
  return async (info, split) => {
    const found = datasets.find((dataset) => dataset.info.name === info.name && dataset.split === split);
    if (found !== undefined) return found;
    throw new CoutureError('data', `The ${split} split of the data set ${info.name} is missing.`, {
      hint: 'Give both splits of the data set that the run was trained on.',
    });
  };
}
