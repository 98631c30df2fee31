/** Finds earlier runs, so that an interrupted table over many seeds can continue. */

import { COUTURE_VERSION } from '../core/version.ts';
import { type BackendChoice, exactBackend } from '../engine/names.ts';
import { requestText } from '../train/config.ts';
import type { RunConfig } from '../train/settings.ts';
import type { Environment } from './environment.ts';
import { type TrainRunOptions, type TrainRunResult, trainRun } from './experiment.ts';
import type { RunMetrics } from './metrics.ts';
import type { EngineOptions, RunPlaces, RunPlatform } from './platform.ts';
import type { Run } from './run.ts';
import { listRuns, openRun, type RootOptions } from './run-folder.ts';

/** A run of a config, with its figures if it is finished. */
export interface FoundRun {
  readonly run: Run;
  readonly metrics: RunMetrics | undefined;
}

/** Options of `findRun`. */
export interface FindRunOptions extends RootOptions, Pick<EngineOptions, 'backend'> {}

/**
 * The run of exactly this config by this version of Couture, on that backend: preferably a finished one. By
 * default, as for `auto`, on the CPU or a GPU, whichever was chosen for it.
 */
export async function findRun(
  platform: RunPlaces,
  config: RunConfig,
  { root, backend }: FindRunOptions = {},
): Promise<FoundRun | undefined> {
  const wanted = requestText(config);
  let unfinished: FoundRun | undefined;
  for (const path of await listRuns(platform, { root })) {
    const found = await inspect(platform, path, wanted, backend);
    if (found?.metrics !== undefined) return found;
    unfinished ??= found;
  }
  return unfinished;
}

/** Resolves to a finished run of `config`: an earlier one, an earlier one resumed, or a new one. */
export async function trainOnce(
  platform: RunPlatform,
  options: TrainRunOptions & { readonly config: RunConfig },
): Promise<TrainRunResult & { readonly reused: boolean }> {
  const backend = options.backend ?? options.config.backend ?? platform.standardBackend;
  const found = await findRun(platform, options.config, { ...options, backend });
  if (found?.metrics !== undefined) return { run: found.run, metrics: found.metrics, reused: true };
  const result = await trainRun(platform, found === undefined ? options : { ...options, resume: found.run });
  return { ...result, reused: false };
}

/** A damaged folder does not count as an earlier run. */
async function inspect(
  platform: RunPlaces,
  path: string,
  wanted: string,
  backend: BackendChoice | undefined,
): Promise<FoundRun | undefined> {
  try {
    const run = await openRun(platform, path);
    if (requestText(run.config) !== wanted) return undefined;
    const env = await run.environment();
    if (env.couture !== COUTURE_VERSION || !wasMadeOn(env, backend)) return undefined;
    return { run, metrics: await run.metrics() };
  } catch {
    return undefined;
  }
}

/** A run that lost its GPU counts as neither kind. */
function wasMadeOn({ backend, backends }: Environment, choice: BackendChoice = 'auto'): boolean {
  if (choice === 'auto') return backend.name !== 'reference';
  return backends === undefined && backend.name === exactBackend(choice);
}
