/** The known sets in Node: registry entry, four verified files, data set. */

import {
  aFunction,
  anArray,
  anObject,
  anything,
  aString,
  checkArguments,
  either,
  oneOf,
  optional,
  optionsOf,
  record,
} from '../../../core/arguments.ts';
import { CoutureError } from '../../../core/errors.ts';
import { didYouMean } from '../../../core/nearest.ts';
import { inQuotes } from '../../../core/printable.ts';
import type { Dataset, SplitName } from '../../../data/dataset.ts';
import { datasetFromIdx } from '../../../data/idx.ts';
import { type DatasetEntry, infoOf, type Role, registry, roles, rolesOf } from '../../../data/registry.ts';
import { acquireFiles, type DataOptions } from './acquire.ts';
import { cacheDirectory, cachedFile, readIndex } from './cache.ts';
import type { SetFile } from './set-file.ts';

export type { DataEvent, DataStage } from '../../../data/data-event.ts';
export type { DataOptions } from './acquire.ts';
export { cacheDirectory } from './cache.ts';

/** The state of a file, without its bytes. */
export interface DataFileInfo extends Omit<SetFile, 'content'> {
  /** Of the unpacked file. */
  readonly bytes: number;
}

function fileInfo({ content, ...known }: SetFile): DataFileInfo {
  return { ...known, bytes: content.length };
}

/**
 * The table's entry of that name.
 * @throws CoutureError of kind `usage` with the nearest name when there is none
 */
export function resolveDataset(name: string, table: readonly DatasetEntry[] = registry): DatasetEntry {
  const entry = table.find((candidate) => candidate.name === name);
  if (entry) return entry;
  const names = table.map((candidate) => candidate.name);
  throw new CoutureError('usage', `There is no data set called ${inQuotes(name)}.`, {
    hint: didYouMean(name, names),
  });
}

const dataOptions = optionsOf<DataOptions>({
  ...{ from: optional(aString), onProgress: optional(aFunction), signal: anything, refresh: anything },
  ...{ env: optional(anObject), cwd: optional(aString), registry: optional(anArray) },
  ...{ fetch: anything, timeouts: anything, run: anything, isRoot: anything },
});

/**
 * One split of a set, from any source.
 * @param name a name of the registry, or an entry like those in it
 * @throws CoutureError of kind `usage` for an unknown name, `data` when the files are wrong or not available
 * (the message lists all attempts), `interrupted` when the signal aborts
 */
export async function getDataset(
  name: string | DatasetEntry,
  split: SplitName,
  options: DataOptions = {},
): Promise<Dataset> {
  checkArguments('getDataset', {
    name: [name, either(aString, record({ name: aString, files: anObject }, 'an entry of the registry'))],
    split: [split, oneOf(['train', 'test'])],
    options: [options, dataOptions],
  });
  const entry = typeof name === 'string' ? resolveDataset(name, options.registry) : name;
  const [images, labels] = rolesOf(split);
  const files = await acquireFiles(entry, [images, labels], options);
  return datasetFromIdx({
    info: infoOf(entry),
    split,
    images: files.get(images)!.content,
    labels: files.get(labels)!.content,
    labelOffset: entry.labelOffset,
    transposed: entry.transposed,
  });
}

/**
 * Makes sure that all four files of a set are in the cache, verified.
 * @throws CoutureError as {@link getDataset}, and of kind `data` when the cache cannot be written
 */
export async function ensureData(
  name: string | DatasetEntry,
  options: DataOptions = {},
): Promise<readonly DataFileInfo[]> {
  const entry = typeof name === 'string' ? resolveDataset(name, options.registry) : name;
  const files = await acquireFiles(entry, roles, options);
  const infos = roles.map((role) => fileInfo(files.get(role)!));
  if (infos.every(({ path }) => path !== null)) return infos;
  const cache = cacheDirectory(options.env);
  throw new CoutureError('data', `${cache}: the files of ${entry.name} could not be written to the cache.`, {
    hint: 'Make the folder writable, or set COUTURE_CACHE to a writable folder.',
  });
}

/** The state of one file of a set, without getting it. */
export type FileState =
  | ({ readonly state: 'ok' } & DataFileInfo)
  | { readonly state: 'missing' | 'damaged'; readonly role: Role; readonly problem: string };

/** Verifies the four files of a set in the cache, without downloads or changes. */
export async function inspectData(
  name: string | DatasetEntry,
  options: Pick<DataOptions, 'env' | 'registry'> = {},
): Promise<readonly FileState[]> {
  const entry = typeof name === 'string' ? resolveDataset(name, options.registry) : name;
  const cache = cacheDirectory(options.env);
  const index = await readIndex(cache, entry.name);
  const states: FileState[] = [];
  for (const role of roles) {
    try {
      const found = await cachedFile(cache, entry, role, index);
      if (found) states.push({ state: 'ok', ...fileInfo(found) });
      else states.push({ state: 'missing', role, problem: `not in ${cache}` });
    } catch (error) {
      if (!(error instanceof CoutureError) || error.kind !== 'data') throw error;
      states.push({ state: 'damaged', role, problem: error.message });
    }
  }
  return states;
}
