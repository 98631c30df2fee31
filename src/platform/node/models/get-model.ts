/**
 * Gets a pretrained model by name, from a folder, a file or an HTTPS address. A file is kept only if it has the size and the
 * SHA-256 of the table.
 */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  aFunction,
  anObject,
  aSignal,
  aString,
  checkArguments,
  optional,
  options as optionsOf,
} from '../../../core/arguments.ts';
import { CoutureError } from '../../../core/errors.ts';
import { didYouMean } from '../../../core/nearest.ts';
import { inQuotes } from '../../../core/printable.ts';
import { type KnownModel, knownModel, knownModels } from '../../../runs/known-models.ts';
import { MODEL_ENDING, shippedPath } from '../../../runs/shipped.ts';
import { sha256 } from '../data/cache.ts';
import { reasonOf, request, Watchdog } from '../data/http.ts';
import type { FetchLike } from '../data/source.ts';
import { makeFolder } from '../files/folders.ts';
import { readLimited } from '../files/read.ts';
import { writeFileAtomic } from '../files/write.ts';
import { gotModelsFolder, modelFolders } from '../models-folder.ts';
import { folderStore } from '../runs/folder-store.ts';

/** Milliseconds without a byte after which a download is given up. */
const STALL_MS = 20_000;

/** Options of `getModel`. */
export interface GetModelOptions {
  /** A folder with the file NAME.safetensors, the file itself, or the https: address of one of the two. */
  readonly from?: string | undefined;
  /** Environment with the path of the cache. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Progress of a download, in bytes. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Replacement of the network in tests. */
  readonly fetch?: FetchLike | undefined;
}

/** A model that is here. */
export interface GotModel extends KnownModel {
  readonly path: string;
  /** False if it was here before. */
  readonly isNew: boolean;
}

const getOptions = optionsOf({
  from: optional(aString),
  env: optional(anObject),
  signal: optional(aSignal),
  onProgress: optional(aFunction),
  fetch: optional(aFunction),
});

/**
 * Gets a pretrained model into the cache, where its name finds it afterwards.
 * @throws CoutureError of kind `usage` for an unknown name, or without `from` if the model is not here; `data` when the file is
 *   not the model or is not available; `runtime` when it cannot be written; `interrupted` when `signal` aborts
 */
export async function getModel(name: string, options: GetModelOptions = {}): Promise<GotModel> {
  checkArguments('getModel', { name: [name, aString], options: [options, getOptions] });
  const { from, env = process.env } = options;
  const model = knownModel(name);
  if (model === undefined)
    throw new CoutureError('usage', `There is no pretrained model ${inQuotes(name)}.`, {
      hint: didYouMean(
        name,
        knownModels.map((known) => known.name),
      ),
    });
  const places = { store: folderStore, models: modelFolders(env) };
  const here = from === undefined ? await shippedPath(places, name) : undefined;
  if (here !== undefined) {
    // What a folder has by that name may be damaged, or another file.
    checked(model, (await readLimited(here, model.bytes)) ?? new Uint8Array(), here);
    return { ...model, path: here, isNew: false };
  }
  if (from === undefined) throw notHosted(model);
  const file = name + MODEL_ENDING;
  const bytes = /^https?:/i.test(from)
    ? await download(model, addressOf(from, file), options)
    : await readFrom(model, from, file);
  // COUTURE_MODELS replaces the folders in which a name is looked up.
  const { COUTURE_MODELS } = env;
  const folder = COUTURE_MODELS || gotModelsFolder(env);
  await makeFolder(folder);
  const path = join(folder, file);
  await writeFileAtomic(path, bytes);
  return { ...model, path, isNew: true };
}

/** The error that says how to get a model: from a place that has it, or by training it. */
function notHosted({ name, commands }: KnownModel): CoutureError {
  return new CoutureError('usage', `The model ${name} is not in this package, and it is not hosted yet.`, {
    hint: [
      `If a folder, a file or an https: address has it: npx couture models get ${name} --from PLACE`,
      'To make the same file again, with the same bits:',
      ...commands.map((command) => `  ${command}`),
      `  npx couture models get ${name} --from ${name}${MODEL_ENDING}`,
    ].join('\n'),
  });
}

async function readFrom(model: KnownModel, from: string, file: string): Promise<Uint8Array> {
  const isFolder = await stat(from).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const path = isFolder ? join(from, file) : from;
  const bytes = await readLimited(path, model.bytes);
  if (bytes === undefined) throw new CoutureError('data', `There is no file ${path}.`);
  return checked(model, bytes, path);
}

/** The bytes, if they are those of the table. */
function checked(
  { name, bytes: expected, sha256: sum }: KnownModel,
  bytes: Uint8Array,
  place: string,
): Uint8Array {
  const found = sha256(bytes);
  if (bytes.length === expected && found === sum) return bytes;
  const what =
    bytes.length === expected
      ? `its SHA-256 is ${found}`
      : `it has ${bytes.length} bytes, expected ${expected}`;
  throw new CoutureError('data', `${place} is not the model ${name}: ${what}.`, {
    hint: `The file of ${name} has the SHA-256 ${sum}. Nothing was kept; get it from another place.`,
  });
}

/** The address of the file: itself, or in a folder. A query, as of a signed link, stays. */
function addressOf(from: string, file: string): URL {
  const url = URL.parse(from);
  if (url === null)
    throw new CoutureError('usage', `--from is not an address: ${inQuotes(from)}.`, {
      hint: 'Give a folder, a file, or an https: address.',
    });
  if (!url.pathname.endsWith(MODEL_ENDING)) url.pathname = `${url.pathname.replace(/\/$/, '')}/${file}`;
  return url;
}

async function download(
  model: KnownModel,
  address: URL,
  { fetch = globalThis.fetch, signal, onProgress }: GetModelOptions,
): Promise<Uint8Array> {
  // The query of a signed link is a secret.
  const url = address.origin + address.pathname;
  const watchdog = new Watchdog(signal);
  const feed = () => watchdog.feed(STALL_MS, `no data for ${STALL_MS / 1000} s`);
  try {
    feed();
    const response = await request(fetch, 'GET', address.href, {}, watchdog.signal);
    if (!response.ok || response.body === null)
      throw new CoutureError('data', `Cannot download ${url}: the server answered ${response.status}.`);
    const bytes = new Uint8Array(model.bytes);
    let length = 0;
    for await (const chunk of response.body) {
      feed();
      if (length + chunk.length > bytes.length)
        throw new CoutureError(
          'data',
          `${url} is not the model ${model.name}: it has more than ${model.bytes} bytes.`,
        );
      bytes.set(chunk, length);
      length += chunk.length;
      onProgress?.(length, model.bytes);
    }
    return checked(model, bytes.subarray(0, length), url);
  } catch (cause) {
    if (signal?.aborted) throw new CoutureError('interrupted', 'The download was interrupted.', { cause });
    if (cause instanceof CoutureError) throw cause;
    throw new CoutureError('data', `Cannot download ${url}: ${reasonOf(watchdog.signal.reason ?? cause)}.`, {
      hint: 'Give another place with --from: a folder, a file, or an https: address.',
      cause,
    });
  } finally {
    watchdog.abort();
  }
}
