/** The files that make up a run, by their names in its folder. Whatever else lies there is the user's. */

import type { RunStore } from './store.ts';

/** The checkpoint, below the run's folder. */
export const checkpointFile = ['checkpoint', 'state.safetensors'] as const;

const files = ['config.json', 'env.json', 'results.csv', 'metrics.json', 'unlike.json'];
const folders = ['weights', 'checkpoint'];
/** The lock, files that take it over, and what a writer was making when it was killed. */
const passing = /^lock(\..*)?$|^\..+\.tmp$/;

/** Whether a name in a run's folder, or the folder that it is in, is the run's own. */
export function isOwnName(name: string): boolean {
  return files.includes(name) || folders.includes(name) || passing.test(name);
}

/** Whether there is a run at a path. */
export async function isRun(store: RunStore, path: string): Promise<boolean> {
  return (await store.kind(store.paths.join(path, 'config.json'))) !== undefined;
}

/**
 * Whether a folder is what a run leaves that was killed while it was made: it has no config, which is written last, and nothing
 * of the user's. Whoever is making the run may still hold its lock.
 */
export async function isVacant(store: RunStore, path: string): Promise<boolean> {
  if ((await store.kind(path)) !== 'folder' || (await isRun(store, path))) return false;
  return (await store.list(path)).every(isOwnName);
}

/** The run that a file belongs to, by the file's full path; undefined for a file that is no run's own. */
export async function ownerOf(store: RunStore, path: string): Promise<string | undefined> {
  const { dirname, basename } = store.paths;
  const folder = dirname(path);
  if (isOwnName(basename(path)) && (await isRun(store, folder))) return folder;
  if (folders.includes(basename(folder)) && (await isRun(store, dirname(folder)))) return dirname(folder);
  return undefined;
}
