/** Inspects a finished run: joins its network, data and history. */

import { type InspectOptions, type InspectProgress, inspectModel } from '../inspect/inspect.ts';
import type { Inspection } from '../inspect/inspection.ts';
import { type FinishedRun, openFinishedRuns } from './finished-run.ts';
import { loadNetwork } from './load.ts';
import type { EngineOptions, RunDataOptions, RunPlatform } from './platform.ts';
import type { Run } from './run.ts';
import { loadSplits, type Splits } from './run-data.ts';

/** Options of `inspectRun`. */
export interface InspectRunOptions extends EngineOptions, RunDataOptions {
  readonly show?: Partial<InspectOptions> | undefined;
  readonly onInspect?: ((progress: InspectProgress & { readonly run: string }) => void) | undefined;
}

/**
 * Inspects the best weights of a finished run on its test split.
 * @throws CoutureError of kind `usage` when there is no such run or it is not finished, `data` when its files are damaged
 */
export async function inspectRun(
  platform: RunPlatform,
  run: Run | string,
  options: InspectRunOptions = {},
): Promise<Inspection> {
  const [finished] = await openFinishedRuns(platform, [run]);
  const { config, path } = finished.run;
  return await inspectFinished(
    platform,
    finished,
    await loadSplits(platform, config, path, options),
    options,
  );
}

/** Inspects a run with given data. */
export async function inspectFinished(
  platform: RunPlatform,
  { run }: FinishedRun,
  { train, test }: Splits,
  { backend, threads, show, onInspect, signal }: InspectRunOptions,
): Promise<Inspection> {
  const weights = await run.loadWeights('best');
  const history = await run.history();
  const classifier = await loadNetwork(platform, run, { backend, threads });
  try {
    return await inspectModel({
      run: run.name,
      config: run.config,
      train,
      test,
      history,
      classifier,
      weights,
      options: show,
      signal,
      onProgress: (progress) => onInspect?.({ ...progress, run: run.name }),
    });
  } finally {
    await classifier.dispose();
  }
}
