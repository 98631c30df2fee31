/** Opens finished runs together, for reports and comparisons. */

import { CoutureError } from '../core/errors.ts';
import { sameImages, unlikeText } from '../data/checksums.ts';
import type { Environment } from './environment.ts';
import type { RunMetrics } from './metrics.ts';
import type { RunPlaces } from './platform.ts';
import type { Run } from './run.ts';
import { openRun } from './run-folder.ts';

/** A finished run with its results. */
export interface FinishedRun {
  readonly run: Run;
  readonly metrics: RunMetrics;
  readonly environment: Environment;
}

/**
 * Opens runs by path or name.
 * @throws CoutureError of kind `usage` when one is missing or not finished, or when they are not of the same data
 */
export async function openFinishedRuns(
  platform: RunPlaces,
  runs: readonly (Run | string)[],
): Promise<FinishedRun[]> {
  const opened: FinishedRun[] = [];
  for (const given of runs) {
    const run = typeof given === 'string' ? await openRun(platform, given) : given;
    if (opened.some((other) => other.run.path === run.path))
      throw new CoutureError('usage', `The run ${run.path} is given twice.`);
    opened.push(await finishedRun(run));
  }
  const [first, ...others] = opened;
  const stranger = others.find((other) => !sameImages(other.run.config.data, first.run.config.data));
  if (stranger !== undefined) {
    throw new CoutureError(
      'usage',
      `${first.run.path} and ${stranger.run.path} were not trained and tested on the same data (${unlikeText(first.run.config.data, stranger.run.config.data)}).`,
      { hint: 'Only runs of the same data set can be compared.' },
    );
  }
  return opened;
}

/**
 * The results of a finished run.
 * @throws CoutureError of kind `usage` when it is not finished
 */
export async function finishedRun(run: Run): Promise<FinishedRun> {
  const metrics = await run.metrics();
  if (metrics !== undefined) return { run, metrics, environment: await run.environment() };
  throw new CoutureError('usage', `The run ${run.path} is not finished.`, {
    hint: `Finish it first: npx couture train --resume ${run.path}`,
  });
}
