/**
 * The run folders of the machine that serves the page, read-only, as a store: `couture studio` lists them with the sizes
 * and times of their files. Their paths here begin with `folder/`. Every file is checked by whoever reads runs.
 */

import { CoutureError } from '@couture/core';
import { type RunStore, slashPaths } from 'couture/runs';
import { piecesOf } from './stream.ts';

/** Where the served runs are in the store of the Studio. */
export const FOLDER = 'folder';

/** Most bytes of the list: ten thousand runs need less. */
const MOST_LIST = 32 * 1024 * 1024;

interface ServedFile {
  readonly path: string;
  readonly bytes: number;
  readonly modified: number;
}

/** A run that is served. */
export interface ServedRun {
  readonly name: string;
  readonly holder: string | null;
  readonly files: readonly ServedFile[];
}

let base: string | undefined;
/** Whether the host serves runs; undefined as long as it has not said so. */
let served: boolean | undefined;
let runs: ReadonlyMap<string, ServedRun> = new Map();

/** Says where the page is: the address of its data. */
export function setBase(address: string): void {
  base = new URL('..', address).href;
}

/** Whether the host of the page serves runs: it says so in a file that every host of the page has. */
async function isServed(): Promise<boolean> {
  if (served !== undefined) return served;
  const response = await fetch(`${base}served.json`, { cache: 'no-cache' });
  // A host that fails is asked again the next time.
  if (!response.ok && response.status !== 404) return false;
  const said: unknown = response.ok ? await response.json() : undefined;
  served = typeof said === 'object' && said !== null && 'runs' in said && said.runs === true;
  return served;
}

/**
 * The runs that are served now; undefined where the host serves none. Where it does not answer, or not with a list, they are
 * those of the last time: the runs of this browser are listed in any case.
 */
export async function servedRuns(): Promise<readonly ServedRun[] | undefined> {
  if (base === undefined) return undefined;
  try {
    if (!(await isServed())) return undefined;
    const response = await fetch(`${base}runs.json`, { cache: 'no-cache' });
    if (response.ok) {
      const bytes = await limited(response, MOST_LIST, 'The list of runs');
      const list: unknown = JSON.parse(new TextDecoder().decode(bytes));
      runs = new Map(runsOf(list).map((run) => [run.name, run]));
    }
  } catch {
    // The next listing asks again.
  }
  return served === true ? [...runs.values()] : undefined;
}

/** Runs of a list that is what it should be; others are left out. */
function runsOf(list: unknown): ServedRun[] {
  if (typeof list !== 'object' || list === null || !('runs' in list) || !Array.isArray(list.runs)) return [];
  return list.runs.filter(isServedRun);
}

function isServedRun(value: unknown): value is ServedRun {
  const { name, holder, files } = (value ?? {}) as Record<keyof ServedRun, unknown>;
  return (
    typeof name === 'string' &&
    /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(name) &&
    (holder === null || typeof holder === 'string') &&
    Array.isArray(files) &&
    files.every(isServedFile)
  );
}

function isServedFile(value: unknown): value is ServedFile {
  const { path, bytes, modified } = (value ?? {}) as Record<keyof ServedFile, unknown>;
  return (
    typeof path === 'string' &&
    /^[a-z]+(\/[a-z]+)?\.[a-z]+$/.test(path) &&
    Number.isSafeInteger(bytes) &&
    Number.isSafeInteger(modified)
  );
}

async function limited(response: Response, limit: number, what: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body === null ? [] : piecesOf(response.body)) {
    length += part.length;
    if (length > limit)
      throw new CoutureError('data', `${what} has more than ${limit} bytes, which is the limit.`);
    parts.push(part);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function readOnly(): never {
  throw new CoutureError('usage', 'The run folders of this machine are read-only in the Studio.', {
    hint: 'Copy the run into this browser first.',
  });
}

/** The run of a path and the path in it; both undefined for the folder of all runs. */
function partsOf(path: string): { readonly run: ServedRun | undefined; readonly file: string } {
  const [, name = '', ...rest] = slashPaths.resolve(path).split('/');
  return { run: runs.get(name), file: rest.join('/') };
}

/** The served runs as a store. */
export const servedStore: RunStore = {
  paths: slashPaths,

  async list(folder) {
    const { run, file } = partsOf(folder);
    if (slashPaths.resolve(folder) === FOLDER) return [...runs.keys()];
    const inside = (run?.files ?? []).map(({ path }) => path).filter((path) => path.startsWith(file));
    const names = inside.map((path) => path.slice(file === '' ? 0 : file.length + 1).split('/')[0]);
    return [...new Set(names)];
  },

  async kind(path) {
    const { run, file } = partsOf(path);
    if (slashPaths.resolve(path) === FOLDER) return 'folder';
    if (run === undefined) return undefined;
    if (file === '' || run.files.some((one) => one.path.startsWith(`${file}/`))) return 'folder';
    return run.files.some((one) => one.path === file) ? 'file' : undefined;
  },

  async read(path, limit) {
    const { run, file } = partsOf(path);
    if (run === undefined || !run.files.some((one) => one.path === file)) return undefined;
    const response = await fetch(`${base}runs/${run.name}/${file}`, { cache: 'no-cache' }).catch(
      (cause: unknown) => {
        throw new CoutureError('data', `Cannot read ${path}: couture studio does not answer.`, { cause });
      },
    );
    if (response.status === 404) return undefined;
    if (!response.ok)
      throw new CoutureError('data', `Cannot read ${path}: the server answered ${response.status}.`);
    return await limited(response, limit, path);
  },

  async readHead(path, length) {
    return (await servedStore.read(path, 2 ** 31).catch(() => undefined))?.slice(0, length);
  },

  async lockHolder(folder) {
    return partsOf(folder).run?.holder ?? undefined;
  },

  write: async () => readOnly(),
  findWritable: async () => readOnly(),
  makeFolder: async () => readOnly(),
  claimFolder: async () => readOnly(),
  makeScratch: async () => readOnly(),
  remove: async () => readOnly(),
  removeTemporary: async () => {},
  lock: async () => readOnly(),
};
