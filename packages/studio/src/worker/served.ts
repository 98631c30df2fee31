/**
 * The run folders of the machine that serves the page, read-only, as a store: `couture studio` lists them with the sizes
 * and times of their files. Their paths here begin with `folder/`. Every file is checked by whoever reads runs.
 */

import { CoutureError } from '@couture/core';
import { type RunStore, slashPaths } from 'couture/runs';
import { askHost, askList, serves } from './host.ts';

/** Where the served runs are in the store of the Studio. */
export const FOLDER = 'folder';

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

let runs: ReadonlyMap<string, ServedRun> = new Map();

/**
 * The runs that are served now; undefined where the host serves none. Where it does not answer, or not with a list, they are
 * those of the last time: the runs of this browser are listed in any case.
 */
export async function servedRuns(): Promise<readonly ServedRun[] | undefined> {
  let isServed = false;
  try {
    isServed = await serves('runs');
    const list = isServed ? await askList('runs') : undefined;
    // Runs that are not what they should be are left out.
    if (list !== undefined) runs = new Map(list.filter(isServedRun).map((run) => [run.name, run]));
  } catch {
    // The next listing asks again.
  }
  return isServed ? [...runs.values()] : undefined;
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
    return await askHost(`runs/${run.name}/${file}`, limit, path);
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
