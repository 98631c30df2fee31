/** The folders of runs: made, opened, listed and named. */

import { CoutureError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import { inQuotes } from '../core/printable.ts';
import type { RunConfig } from '../train/settings.ts';
import type { Environment } from './environment.ts';
import { writeSealed } from './json.ts';
import type { RunPlaces } from './platform.ts';
import { readConfig } from './read-config.ts';
import { Run } from './run.ts';
import { isOwnName, isRun, isVacant } from './run-files.ts';
import { shippedPath } from './shipped.ts';
import type { Paths, RunStore } from './store.ts';

const MAX_TRIES = 10_000;
const REMOVED = '.removed.tmp';

/** The platform's parts for making and finding runs. */
export function runsFolder({ join }: Paths): string {
  return join('runs', 'train');
}

/** Options for finding runs. */
export interface RootOptions {
  /** Folder of runs; `runs/train` by default. */
  readonly root?: string | undefined;
}

/** Options of `createRun`. */
export interface CreateRunOptions extends RootOptions {
  readonly config: RunConfig;
  readonly env: Environment;
  /**
   * Folder name of the run; by default the recipe (or `custom`) and the seed, with a number if that exists.
   */
  readonly name?: string | undefined;
  /** Replace the run of that name, if there is one. */
  readonly overwrite?: boolean | undefined;
}

/**
 * Makes a new run, never over an existing one, and locks it. The config is written last: a folder without one
 * is not a run, and its name is free.
 * @throws CoutureError of kind `usage` when the name exists or is not a valid folder name; `runtime` when the
 * run of that name is in use
 */
export async function createRun(
  platform: RunPlaces,
  { config, env, root = runsFolder(platform.store.paths), name, overwrite = false }: CreateRunOptions,
): Promise<Run> {
  const { store } = platform;
  const { join } = store.paths;
  if (name !== undefined) {
    checkRunName(name);
    if (overwrite && (await isRun(store, join(root, name)))) await removeRun(platform, join(root, name));
    const run = await occupy(store, join(root, name), config, env);
    if (run === undefined) throw taken(join(root, name));
    return run;
  }
  const standard = standardRunName(config);
  for (let n = 1; n <= MAX_TRIES; n++) {
    const path = join(root, n === 1 ? standard : `${standard}-${n}`);
    try {
      const run = await occupy(store, path, config, env);
      if (run !== undefined) return run;
    } catch (error) {
      // A name in use counts as existing.
      if ((await store.lockHolder(path)) === undefined) throw error;
    }
  }
  throw taken(join(root, standard));
}

/** Makes a run in a folder that is new, or vacant; undefined where it is neither. */
async function occupy(
  store: RunStore,
  path: string,
  config: RunConfig,
  env: Environment,
): Promise<Run | undefined> {
  if (!(await store.claimFolder(path)) && !(await isVacant(store, path))) return undefined;
  const run = new Run(store, path, config);
  await run.lock();
  try {
    // Asked again, as another process may have been quicker.
    if (!(await isVacant(store, path))) {
      await run.close();
      return undefined;
    }
    await clear(store, path);
    await writeSealed(store, store.paths.join(path, 'env.json'), env);
    await writeSealed(store, store.paths.join(path, 'config.json'), config);
    return run;
  } catch (error) {
    await run.close();
    throw error;
  }
}

/** @throws CoutureError of kind `usage` when `name` is not a plain folder name, or is taken; `runtime` when it is in use */
export async function checkNewRun(
  { store }: RunPlaces,
  name: string,
  { root = runsFolder(store.paths) }: RootOptions = {},
): Promise<void> {
  checkRunName(name);
  const path = store.paths.join(root, name);
  if ((await store.kind(path)) === undefined) return;
  if (!(await isVacant(store, path))) throw taken(path);
  const holder = await store.lockHolder(path);
  if (holder !== undefined) throw new CoutureError('runtime', `${path} is in use by ${holder}.`);
}

/**
 * Removes a run with all that is in its folder.
 * @throws CoutureError as `RunStore.lock` does when the run is in use; of kind `usage` for what is no run
 */
export async function removeRun({ store }: RunPlaces, path: string): Promise<void> {
  if (!(await isRun(store, path)) && !(await isVacant(store, path)))
    throw new CoutureError('usage', `${path} is not a run, so it was not removed.`);
  const release = await store.lock(path);
  try {
    await clear(store, path);
    await store.remove(path);
  } finally {
    await release();
  }
}

/**
 * Empties a locked folder. Of the run's own files the config goes first: killed after that, the folder is vacant. A write flushes
 * the folder, so that a loss of power does not bring back the config alone. It has no bytes, and so succeeds on a full disk.
 */
async function clear(store: RunStore, path: string): Promise<void> {
  const { join } = store.paths;
  const names = (await store.list(path)).filter((name) => name !== 'lock');
  for (const name of names) if (!isOwnName(name)) await store.remove(join(path, name));
  if (names.includes('config.json')) {
    await store.remove(join(path, 'config.json'));
    await store.write(join(path, REMOVED), '').catch(() => {});
    names.push(REMOVED);
  }
  for (const name of names) await store.remove(join(path, name));
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

/** Whether a name is a plain folder name, as every run has. */
export function isRunName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(name);
}

/** @throws CoutureError of kind `usage` when `name` is not a plain folder name */
export function checkRunName(name: string): void {
  if (!isRunName(name)) {
    throw new CoutureError('usage', `${inQuotes(name)} is not a valid name for a run.`, {
      hint: 'Use 1 to 100 letters, digits, dots, dashes and underscores; the first must not be a dot or a dash.',
    });
  }
}

function taken(path: string): CoutureError {
  return new CoutureError('usage', `The run ${path} exists already.`, {
    hint: `Choose another name, replace the run with --overwrite, or continue it: npx couture train --resume ${path}`,
  });
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
    if (await isRun(store, path)) return new Run(store, path, await readConfig(store, path));
  if ((await shippedPath(platform, pathOrName)) !== undefined) {
    throw new CoutureError(
      'usage',
      `"${pathOrName}" is a model that comes with the package, but a run is expected here.`,
      {
        hint: `couture card ${pathOrName} shows how it was trained; predict, evaluate and pack accept it directly.`,
      },
    );
  }
  const names = (await listRuns(platform, { root })).map((path) => basename(path));
  throw new CoutureError('usage', `There is no run "${pathOrName}".`, {
    hint:
      names.length === 0
        ? `There are no runs in ${resolve(root)}; train one: npx couture train --recipe baseline`
        : didYouMean(basename(pathOrName), names),
  });
}

/**
 * The paths of runs that are given by path or name, damaged ones and vacant folders among them.
 * @throws CoutureError of kind `usage` when there is none of that name
 */
export async function runPaths(
  platform: RunPlaces,
  given: readonly string[],
  { root = runsFolder(platform.store.paths) }: RootOptions = {},
): Promise<string[]> {
  const { store } = platform;
  const paths: string[] = [];
  for (const pathOrName of given) {
    let found: string | undefined;
    for (const path of [pathOrName, store.paths.join(root, pathOrName)])
      if ((await isRun(store, path)) || (await isVacant(store, path))) found ??= path;
    paths.push(found ?? (await openRun(platform, pathOrName, { root })).path);
  }
  return [...new Set(paths)];
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
    if (await isRun(store, path)) runs.push(path);
  }
  return runs.sort();
}
