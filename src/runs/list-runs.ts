/** A short description of runs for a list, from small files only, also for damaged runs. */

import { CoutureError } from '../core/errors.ts';
import { bestEpoch } from '../train/best.ts';
import type { RunPlaces } from './platform.ts';
import { isRun, isVacant } from './run-files.ts';
import { openRun, type RootOptions, runsFolder } from './run-folder.ts';

/** `vacant` is the folder of a run that was killed while it was created. */
export type RunState = 'finished' | 'unfinished' | 'in use' | 'vacant' | 'damaged';

/** A run at a glance. */
export interface RunSummary {
  readonly name: string;
  readonly path: string;
  readonly state: RunState;
  /** The process that trains it, if it is in use. */
  readonly holder?: string | undefined;
  /** A sentence about the fault, if it is damaged. */
  readonly problem?: string | undefined;
  /** Name of its data set. */
  readonly data?: string | undefined;
  readonly epochsDone?: number | undefined;
  readonly epochs?: number | undefined;
  /** Of the best epoch so far, 0 to 1. */
  readonly validationAccuracy?: number | undefined;
  /** 0 to 1. */
  readonly testAccuracy?: number | undefined;
  /** Start time in ISO 8601. */
  readonly started?: string | undefined;
}

/** Every run in a folder, by name, including vacant and damaged ones. */
export async function summarizeRuns(
  platform: RunPlaces,
  { root = runsFolder(platform.store.paths) }: RootOptions = {},
): Promise<RunSummary[]> {
  const { store } = platform;
  const found: RunSummary[] = [];
  for (const name of (await store.list(root)).sort()) {
    const path = store.paths.join(root, name);
    if ((await isRun(store, path)) || (await isVacant(store, path)))
      found.push(await summarizeRun(platform, path));
  }
  return found;
}

/** One run at a glance. */
export async function summarizeRun(platform: RunPlaces, path: string): Promise<RunSummary> {
  const { store } = platform;
  const place = { name: store.paths.basename(path), path };
  try {
    const holder = await store.lockHolder(path);
    if (!(await isRun(store, path))) return { ...place, state: holder ? 'in use' : 'vacant', holder };
    const run = await openRun(platform, path);
    const [history, metrics, environment] = [
      await run.history(),
      await run.metrics(),
      await run.environment(),
    ];
    return {
      ...place,
      state: holder ? 'in use' : metrics ? 'finished' : 'unfinished',
      holder,
      data: run.config.data.name,
      epochsDone: history.length,
      epochs: run.config.settings.epochs,
      validationAccuracy: bestEpoch(history, run.config.settings.select)?.validationAccuracy,
      testAccuracy: metrics?.testAccuracy,
      started: environment.started,
    };
  } catch (error) {
    if (!(error instanceof CoutureError)) throw error;
    return { ...place, state: 'damaged', problem: error.message };
  }
}
