/**
 * Gets data sets in Node, from the nearest place that has them: the folder given by `--from`, the cache, well-known
 * folders, HTTPS mirrors, a Debian package. Every file is verified before it is used or kept.
 */

import { join } from 'node:path';
import { anObject, aString, checkArguments, either, oneOf, record } from '../../../core/arguments.ts';
import { CoutureError } from '../../../core/errors.ts';
import { didYouMean } from '../../../core/nearest.ts';
import type { Dataset } from '../../../data/dataset.ts';
import { datasetFromIdx } from '../../../data/idx.ts';
import { type DatasetEntry, infoOf, type Role, registry, roles, rolesOf } from '../../../data/registry.ts';
import {
  addToIndex,
  cacheDirectory,
  cachedPath,
  dropCached,
  type IndexedFile,
  type Proof,
  readCached,
  readIndex,
  writeCached,
} from './cache.ts';
import { type DebianOptions, fromDebian } from './debian.ts';
import { fromFolder, fromNamedFolder, locate, readLocal } from './folder.ts';
import { fromMirrors, type MirrorOptions } from './mirrors.ts';
import type { Attempt, DataEvent, DataStage } from './source.ts';
import { type VerifiedFile, verifyFile } from './verify.ts';

export { cacheDirectory } from './cache.ts';
export type { DataEvent, DataStage } from './source.ts';

/** How a set is got. The last group is for tests: what stands for the network, the system and the table. */
export interface DataOptions {
  /** A folder with the files, plain or .gz. When given, nothing else is tried. */
  readonly from?: string | undefined;
  readonly onProgress?: ((event: DataEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Environment to read the cache's place from. Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Folder that may hold `data/<name>`. Default the working directory. */
  readonly cwd?: string | undefined;

  readonly registry?: readonly DatasetEntry[];
  readonly fetch?: MirrorOptions['fetch'];
  readonly timeouts?: MirrorOptions['timeouts'];
  readonly run?: DebianOptions['run'];
  readonly isRoot?: boolean;
}

/** One file that is at hand. */
export interface DataFileInfo {
  readonly role: Role;
  /** Where its unpacked bytes lie in the cache; null when the cache could not be written. */
  readonly path: string | null;
  /** Of the unpacked bytes. */
  readonly bytes: number;
  readonly sha256: string;
  readonly proof: Proof;
  /** Where it was found: `cache`, or a path or address. */
  readonly source: string;
}

interface Acquired extends DataFileInfo {
  readonly content: Uint8Array<ArrayBuffer>;
}

/**
 * The table's entry of that name.
 * @throws CoutureError of kind `usage` with the nearest name when there is none
 */
export function resolveDataset(name: string, table: readonly DatasetEntry[] = registry): DatasetEntry {
  const entry = table.find((candidate) => candidate.name === name);
  if (entry) return entry;
  const names = table.map((candidate) => candidate.name);
  throw new CoutureError('usage', `There is no data set called "${name}".`, {
    hint: didYouMean(name, names),
  });
}

/**
 * One split of a set, from wherever it can be had.
 * @param name a name of the registry, or an entry like those in it
 * @throws CoutureError of kind `usage` for an unknown name, `data` when the files are wrong or cannot be had (the
 *   message lists everything that was tried), `interrupted` when the signal aborts
 */
export async function getDataset(
  name: string | DatasetEntry,
  split: 'train' | 'test',
  options: DataOptions = {},
): Promise<Dataset> {
  checkArguments('getDataset', {
    name: [name, either(aString, record({ name: aString, files: anObject }, 'an entry of the registry'))],
    split: [split, oneOf(['train', 'test'])],
    options: [options, anObject],
  });
  return (await loadFiles(name, split, options)).dataset;
}

/** As {@link getDataset}, with what is known of the two files: their sums belong into a run's records. */
export async function loadFiles(
  name: string | DatasetEntry,
  split: 'train' | 'test',
  options: DataOptions = {},
): Promise<{ readonly dataset: Dataset; readonly files: readonly DataFileInfo[] }> {
  const entry = typeof name === 'string' ? resolveDataset(name, options.registry) : name;
  const [imagesRole, labelsRole] = rolesOf(split);
  const files = await acquire(entry, [imagesRole, labelsRole], options);
  const images = files.get(imagesRole)!;
  const labels = files.get(labelsRole)!;
  const dataset = datasetFromIdx({
    info: infoOf(entry),
    split,
    images: images.content,
    labels: labels.content,
    labelOffset: entry.labelOffset,
    transposed: entry.transposed,
  });
  return { dataset, files: [fileInfo(images), fileInfo(labels)] };
}

/**
 * Sees to it that all four files of a set lie in the cache, verified.
 * @throws CoutureError as {@link getDataset}, and of kind `data` when the cache cannot be written
 */
export async function ensureData(
  name: string | DatasetEntry,
  options: DataOptions = {},
): Promise<readonly DataFileInfo[]> {
  const entry = typeof name === 'string' ? resolveDataset(name, options.registry) : name;
  const files = await acquire(entry, roles, options);
  const infos = roles.map((role) => fileInfo(files.get(role)!));
  if (infos.some(({ path }) => path === null)) {
    const cache = cacheDirectory(options.env);
    throw new CoutureError(
      'data',
      `${cache}: the files of ${entry.name} could not be written to the cache.`,
      {
        hint: 'Make the folder writable, or set COUTURE_CACHE to one that is.',
      },
    );
  }
  return infos;
}

/** The state of one file of a set, without getting it. */
export type FileState =
  | ({ readonly state: 'ok' } & DataFileInfo)
  | { readonly state: 'missing' | 'damaged'; readonly role: Role; readonly problem: string };

/** Looks at the four files of a set in the cache, or in `from`, and verifies them. Gets nothing, changes nothing. */
export async function inspectData(
  name: string | DatasetEntry,
  options: DataOptions = {},
): Promise<readonly FileState[]> {
  const entry = typeof name === 'string' ? resolveDataset(name, options.registry) : name;
  const cache = cacheDirectory(options.env);
  const index = await readIndex(cache, entry.name);
  const states: FileState[] = [];
  for (const role of roles) {
    try {
      const found =
        options.from === undefined
          ? await fromCache(cache, entry, role, index)
          : await inspectLocal(options.from, entry, role, options);
      if (found) states.push({ state: 'ok', ...fileInfo(found) });
      else states.push({ state: 'missing', role, problem: `not in ${options.from ?? cache}` });
    } catch (error) {
      if (!(error instanceof CoutureError) || error.kind !== 'data') throw error;
      states.push({ state: 'damaged', role, problem: error.message });
    }
  }
  return states;
}

function fileInfo({ role, path, bytes, sha256, proof, source }: Acquired): DataFileInfo {
  return { role, path, bytes, sha256, proof, source };
}

async function inspectLocal(
  folder: string,
  entry: DatasetEntry,
  role: Role,
  options: DataOptions,
): Promise<Acquired | null> {
  const path = await locate(folder, entry.files[role]);
  if (path === null) return null;
  const raw = await readLocal(path, entry.files[role]);
  const table = options.registry ?? registry;
  const file = await verifyFile(entry, role, raw, { place: path, strict: false, registry: table });
  return acquired(file, path, path);
}

function acquired(file: VerifiedFile, path: string | null, source: string): Acquired {
  const { role, bytes: content, sha256, proof } = file;
  return { role, path, bytes: content.length, sha256, proof, source, content };
}

async function fromCache(
  cache: string,
  entry: DatasetEntry,
  role: Role,
  index: Partial<Record<Role, IndexedFile>>,
): Promise<Acquired | null> {
  const known = entry.files[role].sha256;
  const { sha256, proof } =
    known === null ? (index[role] ?? {}) : { sha256: known, proof: 'sha256' as const };
  if (sha256 === undefined || proof === undefined) return null;
  const bytes = await readCached(cache, sha256);
  return bytes && acquired({ role, bytes, sha256, proof }, cachedPath(cache, sha256), 'cache');
}

/** The heart: asks each place in turn for what is still missing. */
async function acquire(
  entry: DatasetEntry,
  wanted: readonly Role[],
  options: DataOptions,
): Promise<ReadonlyMap<Role, Acquired>> {
  const { from, signal, cwd = process.cwd(), fetch, timeouts, run, isRoot } = options;
  const cache = cacheDirectory(options.env);
  const table = options.registry ?? registry;
  const got = new Map<Role, Acquired>();
  const tries: string[] = [];
  const emit = (stage: DataStage, file: string, done = 0, total = 0) =>
    options.onProgress?.({ stage, file, done, total });
  const missing = () => wanted.filter((role) => !got.has(role));
  const attempt = (roles: readonly Role[]): Attempt => ({
    entry,
    wanted: roles,
    signal,
    emit,
    tried: (what, why) => tries.push(`${what}: ${why}`),
    accept: async (role, raw, place, strict) => {
      stopIfAborted(signal, entry.name);
      emit('verify', place, 0, entry.files[role].bytes);
      const file = await verifyFile(entry, role, raw, { place, strict, registry: table, signal });
      got.set(role, acquired(file, await keep(cache, file, emit), place));
    },
  });

  stopIfAborted(signal, entry.name);
  if (from !== undefined) {
    await fromNamedFolder(from, attempt(wanted));
  } else {
    await takeCached(cache, entry, wanted, got, attempt(wanted));
    const placesKept = [...entry.folders, join(cwd, 'data', entry.name)];
    for (const folder of placesKept) {
      if (missing().length > 0) await fromFolder(folder, attempt(missing()));
    }
    if (missing().length > 0) await fromMirrors(attempt(missing()), { cache, fetch, timeouts });
    // A package brings all four files at once: take those that nobody asked for yet, too.
    if (missing().length > 0) {
      const rest = roles.filter((role) => !got.has(role));
      await fromDebian(attempt(rest), { run, isRoot });
    }
    stopIfAborted(signal, entry.name);
    if (missing().length > 0) throw nothingAnswered(entry, missing(), tries, placesKept.at(-1)!);
  }
  await indexUnknown(cache, entry, got, emit);
  return got;
}

function stopIfAborted(signal: AbortSignal | undefined, name: string): void {
  if (signal?.aborted) throw new CoutureError('interrupted', `Getting ${name} was interrupted.`);
}

async function takeCached(
  cache: string,
  entry: DatasetEntry,
  wanted: readonly Role[],
  got: Map<Role, Acquired>,
  { emit, tried }: Attempt,
): Promise<void> {
  const index = await readIndex(cache, entry.name);
  const absent: Role[] = [];
  for (const role of wanted) {
    try {
      const found = await fromCache(cache, entry, role, index);
      if (found) {
        got.set(role, found);
        emit('cache', found.path ?? '', found.bytes, found.bytes);
      } else absent.push(role);
    } catch (error) {
      if (!(error instanceof CoutureError)) throw error;
      tried('the cache', error.message);
      emit('note', `${error.message} It is fetched again.`);
      const sum = entry.files[role].sha256 ?? index[role]?.sha256;
      if (sum) await dropCached(cache, sum).catch(() => undefined);
    }
  }
  if (absent.length > 0) tried(`the cache ${cache}`, `no ${absent.join(', ')}`);
}

/** Into the cache, if it can be written: a read-only home costs time on the next run, it stops nothing now. */
async function keep(cache: string, file: VerifiedFile, emit: Attempt['emit']): Promise<string | null> {
  try {
    const path = await writeCached(cache, file.sha256, file.bytes);
    emit('store', path, file.bytes.length, file.bytes.length);
    return path;
  } catch (error) {
    emit('note', `${wordsOf(error)} Going on without the cache.`);
    return null;
  }
}

/** Records which bytes are which file, for sets whose sums are not in the table. */
async function indexUnknown(
  cache: string,
  entry: DatasetEntry,
  got: ReadonlyMap<Role, Acquired>,
  emit: Attempt['emit'],
): Promise<void> {
  const files: Partial<Record<Role, IndexedFile>> = {};
  for (const { role, source, path, sha256, proof } of got.values()) {
    const isNew = source !== 'cache' && path !== null && entry.files[role].sha256 === null;
    if (isNew) files[role] = { sha256, proof };
  }
  if (Object.keys(files).length === 0) return;
  try {
    await addToIndex(cache, entry.name, files);
  } catch (error) {
    emit('note', `${wordsOf(error)} The files will have to be given again.`);
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function nothingAnswered(
  entry: DatasetEntry,
  missing: readonly Role[],
  tries: readonly string[],
  folder: string,
): CoutureError {
  const files = missing.map((role) => `  ${entry.files[role].names[0]} (or .gz)`).join('\n');
  const noMirror = entry.mirrors.length === 0 ? ['no mirror holds the files of this set'] : [];
  const list = [...tries, ...noMirror].map((line) => `  - ${line}`).join('\n');
  return new CoutureError('data', `${entry.name} could not be had. Tried, in this order:\n${list}`, {
    hint: [
      `Place these files in ${folder}, or in any folder and pass --from DIR:\n${files}`,
      `They are published at ${entry.homepage}.${entry.note ? ` ${entry.note}` : ''}`,
    ].join('\n'),
  });
}
