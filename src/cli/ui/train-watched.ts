/** A training run with its progress on stderr. */

import type { TrainRunOptions, TrainRunResult } from '../../runs/experiment.ts';
import type { RunConfig } from '../../train/settings.ts';
import type { CliContext } from '../context.ts';
import { dataView } from './data.ts';
import { createTrainingProgress } from './training.ts';

/** Options for watching a run. */
type Watching = 'signal' | 'env' | 'onData' | 'onRun' | 'onEvent' | 'onNotice';
type Watched = Omit<TrainRunOptions, Watching>;

/** `trainRun` with progress. */
export async function trainWatched(options: Watched, context: CliContext): Promise<TrainRunResult> {
  const { trainRun } = await import('../../platform/node/runs.ts');
  return await watch(options, context, trainRun);
}

/** `trainOnce` with progress: an earlier run of the same config is reused or resumed. */
export async function trainOnceWatched(
  options: Watched & { readonly config: RunConfig },
  context: CliContext,
): Promise<TrainRunResult & { readonly reused: boolean }> {
  const { trainOnce } = await import('../../platform/node/runs.ts');
  const result = await watch(options, context, trainOnce);
  if (result.reused) context.err(`${result.run.name}: already finished, in ${result.run.path}`);
  return result;
}

/** Any training function, with progress bars for data and epochs. */
export async function watch<Options extends object, Result>(
  options: Options,
  context: CliContext,
  work: (options: Options & Pick<TrainRunOptions, Watching>) => Promise<Result>,
): Promise<Result> {
  const { onData, end } = dataView(context);
  let name = '';
  const progress = await createTrainingProgress(context, () => name);
  try {
    return await work({
      ...options,
      signal: context.signal,
      env: context.env,
      onData,
      onRun: (run) => {
        end();
        name = run.name;
      },
      onEvent: (event) => progress.event(event),
      onNotice: context.err,
    });
  } finally {
    end();
    progress.close();
  }
}
