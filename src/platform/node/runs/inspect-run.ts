/** A finished run looked at: its network, data and history brought together. */

import type { Dataset } from '../../../data/dataset.ts';
import { type InspectOptions, type InspectProgress, inspectModel } from '../../../inspect/inspect.ts';
import type { Inspection } from '../../../inspect/inspection.ts';
import { type FinishedRun, openFinishedRuns } from './finished-run.ts';
import { type LoadOptions, loadNetwork } from './load.ts';
import { loadSplit, type RunDataOptions, requireSameData } from './run-data.ts';
import type { Run } from './run-folder.ts';

/** Where `inspectRun` finds things, how much it looks at, and who watches. */
export interface InspectRunOptions extends Omit<LoadOptions, 'weights'>, RunDataOptions {
  readonly show?: Partial<InspectOptions> | undefined;
  readonly onInspect?: ((progress: InspectProgress & { readonly run: string }) => void) | undefined;
}

/** Both splits of a run's data set. */
export interface Splits {
  readonly train: Dataset;
  readonly test: Dataset;
}

/**
 * Looks at the best weights of a finished run on its test split.
 * @throws CoutureError of kind `usage` when there is no such run or it is not finished, `data` when its files are damaged
 */
export async function inspectRun(run: Run | string, options: InspectRunOptions = {}): Promise<Inspection> {
  const [finished] = await openFinishedRuns([run]);
  return await inspectFinished(finished, await loadSplits(finished, options), options);
}

/** The data that a run was trained and tested with. */
export async function loadSplits({ run }: FinishedRun, options: RunDataOptions): Promise<Splits> {
  const train = await loadSplit(run.config, 'train', options);
  const test = await loadSplit(run.config, 'test', options);
  for (const dataset of [train, test]) await requireSameData(run, dataset);
  return { train, test };
}

/** Looks at a run whose data is at hand. */
export async function inspectFinished(
  { run }: FinishedRun,
  { train, test }: Splits,
  { backend, threads, show, onInspect, signal }: InspectRunOptions,
): Promise<Inspection> {
  const weights = await run.loadWeights('best');
  const history = await run.history();
  const classifier = await loadNetwork(run, { backend, threads });
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
