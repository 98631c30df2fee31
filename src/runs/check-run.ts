/** Checks all files of a run. */

import { CoutureError } from '../core/errors.ts';
import { type RunSummary, summarizeRun } from './list-runs.ts';
import type { RunPlaces } from './platform.ts';
import { isRun, isVacant } from './run-files.ts';
import { openRun } from './run-folder.ts';

/** What a check found. */
export interface RunCheck extends RunSummary {
  /** A sentence for each file that is damaged or does not match the others. */
  readonly faults: readonly string[];
  /** Whether it was an empty folder, which is now removed. */
  readonly removed: boolean;
}

/**
 * Reads every file of a run like its users, and removes what killed processes left: half-written files, a
 * lock, and an empty folder. A run in use is not touched.
 * @throws CoutureError of kind `usage` when there is no such run
 */
export async function checkRun(platform: RunPlaces, path: string): Promise<RunCheck> {
  const { store } = platform;
  if (!(await isRun(store, path)) && !(await isVacant(store, path))) await openRun(platform, path);
  if ((await store.lockHolder(path)) !== undefined)
    return { ...(await summarizeRun(platform, path)), faults: [], removed: false };
  const release = await store.lock(path);
  try {
    for (const folder of [path, store.paths.join(path, 'weights'), store.paths.join(path, 'checkpoint')])
      await store.removeTemporary(folder);
    if (await isVacant(store, path)) {
      await store.remove(path);
      return { name: store.paths.basename(path), path, state: 'vacant', faults: [], removed: true };
    }
  } finally {
    await release();
  }
  const faults = await faultsOf(platform, path);
  const summary = await summarizeRun(platform, path);
  return { ...summary, state: faults.length > 0 ? 'damaged' : summary.state, faults, removed: false };
}

/** Reads each file separately, so that every damaged one is named. */
async function faultsOf(platform: RunPlaces, path: string): Promise<string[]> {
  const faults = new Set<string>();
  const reading = async <Value>(read: () => Promise<Value>): Promise<Value | undefined> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof CoutureError)) throw error;
      faults.add(error.message);
      return undefined;
    }
  };
  const run = await reading(async () => await openRun(platform, path));
  if (run === undefined) return [...faults];
  await reading(async () => await run.environment());
  await reading(async () => await run.history());
  await reading(async () => await run.unlike());
  const metrics = await reading(async () => await run.metrics());
  await reading(async () => await run.loadState());
  for (const which of ['best', 'last'] as const) {
    const isThere = (await platform.store.kind(run.weightsPath(which))) !== undefined;
    if (isThere || metrics !== undefined) await reading(async () => await run.loadWeights(which));
  }
  return [...faults];
}
