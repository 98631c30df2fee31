/** The files of a run, by their names in its folder. All other files there belong to the user. */

import type { RunStore } from './store.ts';

/** The checkpoint, below the run's folder. */
export const checkpointFile = ['checkpoint', 'state.safetensors'] as const;

const files = ['config.json', 'env.json', 'results.csv', 'metrics.json', 'unlike.json'];
const folders = ['weights', 'checkpoint'];
/** The lock, files for taking it over, and temporary files of killed writers. */
const passing = /^lock(\..*)?$|^\..+\.tmp$/;

/** Every file that a run has in the end, by its path in the folder of the run. */
export const allRunFiles: readonly string[] = [
  ...files,
  'weights/best.safetensors',
  'weights/last.safetensors',
  checkpointFile.join('/'),
];

/** Whether a name in a run's folder, or its folder, belongs to the run. */
export function isOwnName(name: string): boolean {
  return files.includes(name) || folders.includes(name) || passing.test(name);
}

/** Whether there is a run at a path. A folder for Hugging Face has a config.json as well. */
export async function isRun(store: RunStore, path: string): Promise<boolean> {
  const has = async (name: string) => (await store.kind(store.paths.join(path, name))) !== undefined;
  if (!(await has('config.json'))) return false;
  return !(await has('preprocessor_config.json')) || (await has('env.json'));
}

/**
 * Whether a folder is left from a run that was killed while it was created: it has no config, which is
 * written last, and no user files. A process that is creating the run may still hold its lock.
 */
export async function isVacant(store: RunStore, path: string): Promise<boolean> {
  if ((await store.kind(path)) !== 'folder' || (await isRun(store, path))) return false;
  return (await store.list(path)).every(isOwnName);
}

/** The run of a file, by its full path; undefined for other files. */
export async function ownerOf(store: RunStore, path: string): Promise<string | undefined> {
  const { dirname, basename } = store.paths;
  const folder = dirname(path);
  if (isOwnName(basename(path)) && (await isRun(store, folder))) return folder;
  if (folders.includes(basename(folder)) && (await isRun(store, dirname(folder)))) return dirname(folder);
  return undefined;
}
