/** The folders of runs: made, opened, listed and named. */

import { CoutureError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import { inQuotes } from '../core/printable.ts';
import type { RunConfig } from '../train/settings.ts';
import type { Environment } from './environment.ts';
import { formatJson } from './json.ts';
import type { RunPlaces } from './platform.ts';
import { readConfig } from './read-config.ts';
import { Run } from './run.ts';
import { shippedPath } from './shipped.ts';
import type { Paths } from './store.ts';

const MAX_TRIES = 10_000;

/** Where runs are made and looked for. */
export function runsFolder({ join }: Paths): string {
  return join('runs', 'train');
}

/** Where runs are looked for. */
export interface RootOptions {
  /** Folder of runs; `runs/train` by default. */
  readonly root?: string | undefined;
}

/** What `createRun` needs. */
export interface CreateRunOptions extends RootOptions {
  readonly config: RunConfig;
  readonly env: Environment;
  /** Folder name of the run; by default the recipe (or `custom`) and the seed, numbered on when that is taken. */
  readonly name?: string | undefined;
  /** Replace the run of that name, if there is one. */
  readonly overwrite?: boolean | undefined;
}

/**
 * Makes a new run folder, never an older one's, and locks it.
 * @throws CoutureError of kind `usage` when the name is taken or cannot be a folder's
 */
export async function createRun(
  platform: RunPlaces,
  { config, env, root = runsFolder(platform.store.paths), name, overwrite = false }: CreateRunOptions,
): Promise<Run> {
  const { store } = platform;
  if (name !== undefined && overwrite) await removeRun(platform, store.paths.join(root, name));
  if (name !== undefined) await checkNewRun(platform, name, { root });
  const path = await claimFolder(platform, root, name, standardRunName(config));
  const run = new Run(store, path, config);
  await run.lock();
  await store.write(store.paths.join(path, 'env.json'), formatJson(env));
  await store.write(store.paths.join(path, 'config.json'), formatJson(config));
  return run;
}

/** @throws CoutureError of kind `usage` when `name` is not a plain folder name, or is taken */
export async function checkNewRun(
  { store }: RunPlaces,
  name: string,
  { root = runsFolder(store.paths) }: RootOptions = {},
): Promise<void> {
  checkRunName(name);
  const path = store.paths.join(root, name);
  if ((await store.kind(path)) !== undefined) throw taken(path);
}

/**
 * Removes a run. What is no run is left alone, and so is one that somebody is writing.
 * @throws CoutureError as `RunStore.lock` does when the run is in use
 */
async function removeRun(platform: RunPlaces, path: string): Promise<void> {
  if (!(await isRun(platform, path))) return;
  const { store } = platform;
  const release = await store.lock(path);
  try {
    // The config last: killed in between, what is left is still a run that can be replaced.
    for (const name of await store.list(path))
      if (name !== 'config.json' && name !== 'lock') await store.remove(store.paths.join(path, name));
    await store.remove(path);
  } finally {
    await release();
  }
}

/**
 * The name of a run that is given none: its recipe, its data set where that is somebody's own, or `custom`; and its seed.
 */
export function standardRunName({
  recipe,
  settings,
  data,
}: Pick<RunConfig, 'recipe' | 'settings' | 'data'>): string {
  const own = data.origin.kind === 'import' ? data.name.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 60) : '';
  const name = recipe ?? (/^[A-Za-z0-9_]/.test(own) ? own : 'custom');
  return `${name}-seed${settings.seed}`;
}

/** @throws CoutureError of kind `usage` when `name` is not a plain folder name */
export function checkRunName(name: string): void {
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(name)) {
    throw new CoutureError('usage', `${inQuotes(name)} cannot be the name of a run.`, {
      hint: 'Use up to 100 letters, digits, dots, dashes and underscores, not beginning with a dot or a dash.',
    });
  }
}

function taken(path: string): CoutureError {
  return new CoutureError('usage', `The run ${path} exists already.`, {
    hint: `Choose another name, replace it by --overwrite, or go on with it: npx couture train --resume ${path}`,
  });
}

/** The folder of a run that does not exist yet. Of several that ask for a name at once, one alone gets it. */
async function claimFolder(
  { store }: RunPlaces,
  root: string,
  name: string | undefined,
  standard: string,
): Promise<string> {
  for (let n = 1; n <= (name === undefined ? MAX_TRIES : 1); n++) {
    const path = store.paths.join(root, name ?? (n === 1 ? standard : `${standard}-${n}`));
    if (await store.claimFolder(path)) return path;
  }
  throw taken(store.paths.join(root, name ?? standard));
}

/**
 * Opens a run by its path, or by its bare name under the folder of runs.
 * @throws CoutureError of kind `usage` when there is none, of kind `data` when its config is damaged
 */
export async function openRun(
  platform: RunPlaces,
  pathOrName: string,
  { root = runsFolder(platform.store.paths) }: RootOptions = {},
): Promise<Run> {
  const { store } = platform;
  const { join, basename, resolve } = store.paths;
  for (const path of [pathOrName, join(root, pathOrName)])
    if (await isRun(platform, path)) return new Run(store, path, await readConfig(store, path));
  if ((await shippedPath(platform, pathOrName)) !== undefined) {
    throw new CoutureError(
      'usage',
      `"${pathOrName}" is a model that comes with the package, and this takes runs.`,
      {
        hint: `couture card ${pathOrName} tells how it was trained; predict, evaluate and pack take it as it is.`,
      },
    );
  }
  const names = (await listRuns(platform, { root })).map((path) => basename(path));
  throw new CoutureError('usage', `There is no run "${pathOrName}".`, {
    hint:
      names.length === 0
        ? `There are no runs in ${resolve(root)}; make one: npx couture train --recipe baseline`
        : didYouMean(basename(pathOrName), names),
  });
}

/** Whether there is a run at a path. */
export async function isRun({ store }: Pick<RunPlaces, 'store'>, path: string): Promise<boolean> {
  return (await store.kind(store.paths.join(path, 'config.json'))) !== undefined;
}

/** Paths of the runs in a folder, by name. */
export async function listRuns(
  platform: RunPlaces,
  { root = runsFolder(platform.store.paths) }: RootOptions = {},
): Promise<string[]> {
  const { store } = platform;
  const runs: string[] = [];
  for (const name of await store.list(root)) {
    const path = store.paths.join(root, name);
    if (await isRun(platform, path)) runs.push(path);
  }
  return runs.sort();
}
