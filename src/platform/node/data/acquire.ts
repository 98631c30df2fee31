/**
 * The files of a known set, from the nearest place that has them: the folder given by `--from`, the cache, well-known
 * folders, HTTPS mirrors, a Debian package. Every file is verified before it is used or kept.
 */

import { join } from 'node:path';
import { CoutureError } from '../../../core/errors.ts';
import type { DataEvent, DataStage } from '../../../data/data-event.ts';
import { type DatasetEntry, type Role, registry, roles } from '../../../data/registry.ts';
import {
  addToIndex,
  cacheDirectory,
  cachedFile,
  dropCached,
  type IndexedFile,
  readIndex,
  removeAbandoned,
  writeCached,
} from './cache.ts';
import { type DebianOptions, fromDebian } from './debian.ts';
import { fromFolder, fromNamedFolder } from './folder.ts';
import { fromMirrors, type MirrorOptions } from './mirrors.ts';
import type { SetFile } from './set-file.ts';
import type { Attempt } from './source.ts';
import { verifyFile } from './verify.ts';

/**
 * Options for getting a set. The last group is for tests and replaces the network, the system and the table.
 */
export interface DataOptions {
  /** A folder with the files, plain or .gz. When given, nothing else is tried. */
  readonly from?: string | undefined;
  readonly onProgress?: ((event: DataEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether apt's lists may be refreshed, as root, where the set's Debian package is not known to them. Default false. */
  readonly refresh?: boolean | undefined;
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

/**
 * Verified files of a set: asks each place in turn for what is still missing.
 * @param wanted the files that are needed; a package may bring others as well
 * @throws CoutureError of kind `data` when a named folder has not the right files, or no place has them: the message
 *   lists everything that was tried; of kind `interrupted`
 */
export async function acquireFiles(
  entry: DatasetEntry,
  wanted: readonly Role[],
  options: DataOptions,
): Promise<ReadonlyMap<Role, SetFile>> {
  const { from, signal, refresh, cwd = process.cwd(), fetch, timeouts, run, isRoot } = options;
  const cache = cacheDirectory(options.env);
  const table = options.registry ?? registry;
  const got = new Map<Role, SetFile>();
  const tries: string[] = [];
  const notes = new Set<string>();
  const emit = (stage: DataStage, file: string, done = 0, total = 0): void => {
    // A problem with one file usually affects the others in the same way.
    if (stage === 'note' && notes.has(file)) return;
    if (stage === 'note') notes.add(file);
    options.onProgress?.({ stage, file, done, total });
  };
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
      // Files without a checksum in the table are found only through an index, so they wait for it.
      const isKnown = entry.files[role].sha256 !== null;
      got.set(role, isKnown ? { ...file, path: await keep(cache, file, emit) } : file);
    },
  });

  stopIfAborted(signal, entry.name);
  await removeAbandoned(cache);
  if (from !== undefined) {
    await fromNamedFolder(from, attempt(wanted));
  } else {
    await takeCached(cache, entry, wanted, got, attempt(wanted));
    const placesKept = [...entry.folders, join(cwd, 'data', entry.name)];
    for (const folder of placesKept) {
      if (missing().length > 0) await fromFolder(folder, attempt(missing()));
    }
    if (missing().length > 0) await fromMirrors(attempt(missing()), { cache, fetch, timeouts });
    // A package has all four files: take also those that are not needed yet.
    if (missing().length > 0) {
      const rest = roles.filter((role) => !got.has(role));
      await fromDebian(attempt(rest), { run, isRoot, refresh });
    }
    stopIfAborted(signal, entry.name);
    if (missing().length > 0) throw nothingAnswered(entry, missing(), tries, placesKept.at(-1)!);
  }
  await keepUnknown(cache, entry, got, emit);
  return got;
}

function stopIfAborted(signal: AbortSignal | undefined, name: string): void {
  if (signal?.aborted) throw new CoutureError('interrupted', `Getting ${name} was interrupted.`);
}

async function takeCached(
  cache: string,
  entry: DatasetEntry,
  wanted: readonly Role[],
  got: Map<Role, SetFile>,
  { emit, tried }: Attempt,
): Promise<void> {
  const index = await readIndex(cache, entry.name);
  const absent: Role[] = [];
  for (const role of wanted) {
    try {
      const found = await cachedFile(cache, entry, role, index);
      if (found) {
        got.set(role, found);
        emit('cache', found.path ?? '', found.content.length, found.content.length);
      } else absent.push(role);
    } catch (error) {
      if (!(error instanceof CoutureError)) throw error;
      tried('the cache', error.message);
      emit('note', `${error.message} Fetching it again.`);
      const sum = entry.files[role].sha256 ?? index[role]?.sha256;
      if (sum) await dropCached(cache, sum).catch(() => undefined);
    }
  }
  if (absent.length > 0) tried(`the cache ${cache}`, `no ${absent.join(', ')}`);
}

/** Into the cache, if it can be written: a read-only home costs time on the next run, it stops nothing now. */
async function keep(
  cache: string,
  { sha256, content }: SetFile,
  emit: Attempt['emit'],
): Promise<string | null> {
  try {
    const path = await writeCached(cache, sha256, content);
    emit('store', path, content.length, content.length);
    return path;
  } catch (error) {
    emit('note', `${wordsOf(error)} Continuing without the cache.`);
    return null;
  }
}

/**
 * Keeps the new files of sets whose sums are not in the table, all or none: what no index names, nobody would find or remove. So
 * the index goes first, and whoever finds nothing under a sum of it gets the file again.
 */
async function keepUnknown(
  cache: string,
  entry: DatasetEntry,
  got: Map<Role, SetFile>,
  emit: Attempt['emit'],
): Promise<void> {
  const fresh = [...got.values()].filter(
    ({ role, source }) => source !== 'cache' && entry.files[role].sha256 === null,
  );
  if (fresh.length === 0) return;
  const files: Partial<Record<Role, IndexedFile>> = {};
  for (const { role, sha256, proof } of fresh) files[role] = { sha256, proof };
  try {
    await addToIndex(cache, entry.name, files);
  } catch (error) {
    emit('note', `${wordsOf(error)} You will have to give the files again.`);
    return;
  }
  for (const file of fresh) got.set(file.role, { ...file, path: await keep(cache, file, emit) });
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
  const noMirror = entry.mirrors.length === 0 ? ['no mirror has the files of this set'] : [];
  const list = [...tries, ...noMirror].map((line) => `  - ${line}`).join('\n');
  return new CoutureError('data', `Could not get ${entry.name}. Tried, in this order:\n${list}`, {
    hint: [
      `Put these files into ${folder}, or into any folder and give it with --from DIR:\n${files}`,
      `They are published at ${entry.homepage}.${entry.note ? ` ${entry.note}` : ''}`,
    ].join('\n'),
  });
}
