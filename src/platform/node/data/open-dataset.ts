/** Opens a data set by name or path: a set of the registry, your own pictures, or an imported set. */

import { stat } from 'node:fs/promises';
import { aFunction, aString, checkArguments, optional, optionsOf } from '../../../core/arguments.ts';
import { CoutureError } from '../../../core/errors.ts';
import { didYouMean } from '../../../core/nearest.ts';
import type { DataEvent } from '../../../data/data-event.ts';
import type { Dataset, SplitName } from '../../../data/dataset.ts';
import type { DatasetInfo } from '../../../data/dataset-info.ts';
import type { ImportReport } from '../../../data/import/report.ts';
import { findDataset, infoOf, registry } from '../../../data/registry.ts';
import { cacheDirectory } from './cache.ts';
import { type ImportPathOptions, importDataset, keptOptions, pathFields } from './import.ts';
import { ImportCache } from './import-cache.ts';
import { type KeptOptions, saysHow } from './kept-options.ts';
import { loadSplit } from './load-split.ts';

/** Options for opening a data set. */
export interface OpenDatasetOptions extends ImportPathOptions {
  /** Progress of getting a set of the registry. */
  readonly onData?: ((event: DataEvent) => void) | undefined;
}

/** A data set that has been found. */
export interface OpenedDataset {
  readonly info: DatasetInfo;
  /** Of an imported set. */
  readonly report?: ImportReport | undefined;
  /** Whether a path is new or has changed. */
  readonly isNew: boolean;
  /** The options of an earlier `couture data import` of this path, which were used again; empty if there are none. */
  readonly kept: KeptOptions;
  /** Whether the name of the set meant the images of another path until now. */
  readonly tookName: boolean;
  load(split: SplitName): Promise<Dataset>;
}

const openOptions = optionsOf<OpenDatasetOptions>({ ...pathFields, onData: optional(aFunction) });

/**
 * Finds a data set. A path is imported, unless that was done before and nothing has changed. Options that are not given
 * are those of the last `couture data import` of the path.
 * @param source a name of the registry; a folder, archive or file; or the name of an imported set
 * @throws CoutureError of kind `usage` when it does not exist, otherwise like `importDataset`
 */
export async function openDataset(source: string, options: OpenDatasetOptions = {}): Promise<OpenedDataset> {
  checkArguments('openDataset', { source: [source, aString], options: [options, openOptions] });
  const entry = findDataset(source);
  if (entry !== undefined) return opened(infoOf(entry), options);
  if (await isThere(source)) {
    const { onData: _, ...forPath } = options;
    const kept = saysHow(options) ? {} : await keptOptions(source, options.env);
    const { info, report, wasKnown, tookName, load } = await importDataset(source, { ...forPath, ...kept });
    return { info, report, isNew: !wasKnown, kept, tookName, load };
  }
  const cache = new ImportCache(cacheDirectory(options.env));
  const digest = await cache.findName(source);
  const known = digest === undefined ? undefined : await cache.describe(digest);
  if (known !== undefined)
    return { ...opened({ ...known.info, name: source }, options), report: known.report };
  const names = [...registry.map(({ name }) => name), ...(await cache.names()).map(({ name }) => name)];
  throw new CoutureError('usage', `There is no data set "${source}" and no file or folder with that name.`, {
    hint: didYouMean(source, names),
  });
}

function opened(info: DatasetInfo, options: OpenDatasetOptions): OpenedDataset {
  return { info, isNew: false, kept: {}, tookName: false, load: (split) => loadSplit(info, split, options) };
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
