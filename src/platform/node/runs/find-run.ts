/** Runs that were made already: so that a table over many seeds, once interrupted, goes on where it was. */

import type { RunConfig } from '../../../train/settings.ts';
import { type TrainRunOptions, type TrainRunResult, trainRun } from './experiment.ts';
import { listRuns, openRun, type Run } from './run-folder.ts';
import type { RunMetrics } from '../../../runs/metrics.ts';
import { requestText } from '../../../train/config.ts';
import { coutureVersion } from './version.ts';

/** A run of a config, and its figures where it is finished. */
export interface FoundRun {
  readonly run: Run;
  readonly metrics: RunMetrics | undefined;
}

/** The run of exactly this config by this version of Couture: a finished one rather than one to resume. */
export async function findRun(
  config: RunConfig,
  { root, backend }: { readonly root?: string | undefined; readonly backend?: string | undefined } = {},
): Promise<FoundRun | undefined> {
  const wanted = requestText(config);
  const version = coutureVersion();
  let unfinished: FoundRun | undefined;
  for (const path of await listRuns(root === undefined ? {} : { root })) {
    const found = await inspect(path, wanted, version, backend);
    if (found?.metrics !== undefined) return found;
    unfinished ??= found;
  }
  return unfinished;
}

/** Resolves to a finished run of `config`: an earlier one, an earlier one resumed, or a new one. */
export async function trainOnce(
  options: TrainRunOptions & { readonly config: RunConfig },
): Promise<TrainRunResult & { readonly reused: boolean }> {
  const found = await findRun(options.config, { root: options.root, backend: options.backend });
  if (found?.metrics !== undefined) return { run: found.run, metrics: found.metrics, reused: true };
  const result = await trainRun(found === undefined ? options : { ...options, resume: found.run });
  return { ...result, reused: false };
}

/** A damaged folder is nobody's earlier run: it is passed over. */
async function inspect(
  path: string,
  wanted: string,
  version: string,
  backend: string | undefined,
): Promise<FoundRun | undefined> {
  try {
    const run = await openRun(path);
    if (requestText(run.config) !== wanted) return undefined;
    const env = await run.environment();
    if (env.couture !== version || env.backend.name !== (backend ?? 'wasm')) return undefined;
    return { run, metrics: await run.metrics() };
  } catch {
    return undefined;
  }
}
