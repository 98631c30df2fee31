/**
 * Imports pictures from a path of this machine: a folder, an archive, a CSV file, arrays. The format is
 * recognized by content, and the result is stored in the cache under the digest of the input.
 */

import { hash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';
import { inflateRaw, inflateRawSync } from 'node:zlib';
import {
  aBoolean,
  anObject,
  anything,
  aString,
  checkArguments,
  type FieldsOf,
  optional,
  optionsOf,
} from '../../../core/arguments.ts';
import { CoutureError } from '../../../core/errors.ts';
import { inQuotes, printable } from '../../../core/printable.ts';
import type { Dataset, SplitName } from '../../../data/dataset.ts';
import type { DatasetInfo } from '../../../data/dataset-info.ts';
import { importPictures } from '../../../data/import/import.ts';
import { type ImportOptions, type ImportPlatform, importFields } from '../../../data/import/options.ts';
import type { ImportReport } from '../../../data/import/report.ts';
import type { FoundData } from '../../../data/readers/found.ts';
import { readFiles, readOneFile } from '../../../data/readers/read.ts';
import type { ReaderTools } from '../../../data/readers/tools.ts';
import { findDataset } from '../../../data/registry.ts';
import { isMissing, reason } from '../files/system-errors.ts';
import { cacheDirectory, removeAbandoned } from './cache.ts';
import { decodeWithin } from './decode-within.ts';
import { findFile, listFolder, Stamp } from './disk-files.ts';
import { digestOf, ImportCache, type StoredSet } from './import-cache.ts';
import { type KeptOptions, optionsToKeep } from './kept-options.ts';
import { removeOrphans, Scratch } from './scratch.ts';

/** How a path is imported. */
export interface ImportPathOptions extends ImportOptions {
  /** Name of the set. Default: the last part of the path without its ending. */
  readonly name?: string | undefined;
  /**
   * Whether `openDataset` and the commands import this path with the same options from now on, as after
   * `couture data import`. Default false. A set with a name of its own is found by that name.
   */
  readonly keep?: boolean | undefined;
  /** Environment to read the cache's place from. Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** A set that has been imported. */
export interface ImportedDataset {
  /** With the checksums of both splits. */
  readonly info: DatasetInfo;
  readonly report: ImportReport;
  /** Whether the path was known and unchanged, so that no picture was read. */
  readonly wasKnown: boolean;
  /** Whether its name meant the images of another path until now. */
  readonly tookName: boolean;
  /**
   * A split, with its digest checked.
   * @throws CoutureError of kind `data` when the cache has lost it or it is damaged
   */
  load(split: SplitName): Promise<Dataset>;
}

/** The options of importing a path, for `checkArguments`. */
export const pathFields: FieldsOf<ImportPathOptions> = {
  ...{ ...importFields, name: anything, keep: optional(aBoolean), env: optional(anObject) },
};
const pathOptions = optionsOf<ImportPathOptions>(pathFields);

/**
 * Imports a path, or finds that this was done before.
 * @throws CoutureError of kind `data` when it holds no data set, too little of one, or with `strict` any file
 * would be skipped; of kind `usage` for options out of range; of kind `runtime` when the cache cannot be
 * written; of
 *   kind `interrupted`
 */
export async function importDataset(path: string, options: ImportPathOptions = {}): Promise<ImportedDataset> {
  checkArguments('importDataset', { path: [path, aString], options: [options, pathOptions] });
  const folder = cacheDirectory(options.env);
  const cache = new ImportCache(folder);
  const name = checkName(options.name) ?? nameOf(path);
  const place = await placeOf(path);
  await removeAbandoned(folder);
  await removeOrphans(cache.scratch);
  const scratch = new Scratch(cache.scratch);
  try {
    const files = await lookAt(place, scratch, options);
    const request = JSON.stringify([place.real, requestOf(options)]);
    const known = await findKnown(cache, request, files);
    if (known !== undefined)
      return await named(
        cache,
        { ...known, info: { ...known.info, name } },
        { place, options, wasKnown: true },
      );
    const found = await files.find();
    const plan = await importPictures(found, name, options, platformOf(scratch));
    const info = await cache.write(plan, (done) => options.onProgress?.({ stage: 'write', done, total: 2 }));
    await cache.remember(request, { stamp: files.stamp, listed: files.listed(), digest: digestOf(info) });
    return await named(cache, { info, report: plan.report }, { place, options, wasKnown: false });
  } finally {
    await scratch.close();
  }
}

/** Stores the name of the set, and its options if asked. A set that was prepared for one model gets no name. */
async function named(
  cache: ImportCache,
  { info, report }: StoredSet,
  { place, options, wasKnown }: { place: Place; options: ImportPathOptions; wasKnown: boolean },
): Promise<ImportedDataset> {
  const { like, keep = false } = options;
  const getsName = like === undefined && findDataset(info.name) === undefined;
  const tookName = getsName && (await cache.setName(info.name, digestOf(info), place.real));
  if (keep && info.name === nameOf(place.path)) await cache.keep(place.real, optionsToKeep(options));
  return { info, report, wasKnown, tookName, load: (split) => cache.load(info, split) };
}

/** The options under which the user imported a path, or none. */
export async function keptOptions(path: string, env?: NodeJS.ProcessEnv): Promise<KeptOptions> {
  return await new ImportCache(cacheDirectory(env)).kept((await placeOf(path)).real);
}

function checkName(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  if (findDataset(name) !== undefined)
    throw new CoutureError('usage', `${name} is the name of a known data set; choose another name.`);
  if (/^[^/\\]{1,100}$/.test(name) && name === printable(name)) return name;
  throw new CoutureError('usage', `${inQuotes(name)} is not a valid name for a data set.`, {
    hint: 'Use 1 to 100 characters without a slash.',
  });
}

/** The options that affect the result. A lenient import may fail with `strict`. */
function requestOf({
  like,
  size,
  channels,
  invert,
  trim,
  testShare,
  strict = false,
}: ImportOptions): unknown {
  const model = like && { shape: like.shape, preprocessing: like.preprocessing };
  return { like: model, size, channels, invert, trim, testShare, strict };
}

/** `photos/` and `photos.tar.gz` are `photos`. */
function nameOf(path: string): string {
  const name = basename(path).replace(/(\.(tar|csv|idx|npy))?\.[A-Za-z0-9]{1,4}$/, '');
  return printable(name === '' || name === '.' || name === '..' ? 'images' : name).slice(0, 100);
}

interface Place {
  readonly path: string;
  readonly real: string;
  readonly isFolder: boolean;
  readonly size: number;
  readonly changed: number;
}

async function placeOf(path: string): Promise<Place> {
  try {
    const real = await realpath(path);
    const info = await stat(real);
    if (info.isFile() || info.isDirectory())
      return { path, real, isFolder: info.isDirectory(), size: info.size, changed: info.mtimeMs };
  } catch (cause) {
    const what = isMissing(cause) ? 'there is no such file or folder' : `it cannot be read: ${reason(cause)}`;
    throw new CoutureError('data', `${printable(path)}: ${what}.`, { cause });
  }
  throw new CoutureError('data', `${printable(path)}: not a file or a folder.`);
}

/** A path that was listed but not yet read. */
interface LookedAt {
  readonly stamp: string;
  readonly find: () => Promise<FoundData>;
  /** The stamp of the files that a list names, once they were found; null where there is no list. */
  readonly listed: () => string | null;
}

async function lookAt(place: Place, scratch: Scratch, options: ImportPathOptions): Promise<LookedAt> {
  const stamp = new Stamp();
  const name = printable(place.path);
  const tools = toolsOf(scratch, options);
  if (place.isFolder) {
    const onFile = (done: number) => options.onProgress?.({ stage: 'list', done, total: 0 });
    const entries = await listFolder(place.real, { signal: options.signal, onFile });
    for (const entry of entries) stamp.add(entry);
    return { stamp: stamp.digest(), find: once(() => readFiles(entries, name, tools)), listed: () => null };
  }
  stamp.add({ path: basename(place.real), size: place.size, changed: place.changed });
  const listed = new Stamp();
  let count = 0;
  const folder = dirname(place.real);
  const find = async (path: string) => {
    const file = await findFile(folder, path);
    if (file === undefined) return undefined;
    listed.add(file);
    count += 1;
    return file;
  };
  const source = await scratch.open(place.real, place.size, name);
  return {
    stamp: stamp.digest(),
    find: once(() => readOneFile(source, tools, find)),
    listed: () => (count === 0 ? null : listed.digest()),
  };
}

/** Computed only once. */
function once<Result>(make: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined;
  return () => {
    result ??= make();
    return result;
  };
}

/** What the cache has of a path that has not changed since it was imported. */
async function findKnown(
  cache: ImportCache,
  request: string,
  files: LookedAt,
): Promise<StoredSet | undefined> {
  const seen = await cache.seen(request);
  if (seen?.stamp !== files.stamp) return undefined;
  if (seen.listed !== null) {
    // The files of a list are searched again, but not read.
    await files.find();
    if (files.listed() !== seen.listed) return undefined;
  }
  try {
    return await cache.describe(seen.digest);
  } catch (error) {
    // A damaged file is written again.
    if (error instanceof CoutureError && error.kind === 'data') return undefined;
    throw error;
  }
}

/** Bytes of decoded pictures that are held at once. */
const DECODED_BYTES = 256 * 2 ** 20;

const inflate = promisify(inflateRaw);
/** Below this, another thread costs more than it saves. */
const SMALL = 1 << 16;

function toolsOf(scratch: Scratch, { signal }: ImportPathOptions): ReaderTools {
  return {
    inflate: async (bytes, _, limit) => {
      const options = { maxOutputLength: Math.max(1, limit) };
      return limit <= SMALL ? inflateRawSync(bytes, options) : await inflate(bytes, options);
    },
    keep: (chunks, name) => scratch.keep(chunks, name),
    signal,
  };
}

function platformOf(scratch: Scratch): ImportPlatform {
  return {
    decode: decodeWithin(DECODED_BYTES),
    sha256: (bytes) => hash('sha256', bytes, 'hex'),
    createStore: (_, size) => scratch.pixelStore(size),
    parallel: 2 * availableParallelism(),
  };
}
