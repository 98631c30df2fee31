/** Tests the guarantee "same config, same bits" for one run; for a GPU, only the figures are compared. */

import { CoutureError, isInterruption } from '../core/errors.ts';
import type { BackendKind } from '../engine/names.ts';
import { type Environment, placesOf } from './environment.ts';
import { type TrainRunOptions, trainRun } from './experiment.ts';
import type { RunMetrics } from './metrics.ts';
import type { RunPlatform } from './platform.ts';
import type { Run } from './run.ts';
import { openRun } from './run-folder.ts';

/** Two trainings of one config. */
export interface Reproduction {
  /** The same weights, bit for bit. */
  readonly reproduced: boolean;
  /** The backends of the two: only the CPU guarantees the same bits. */
  readonly backends: { readonly expected: BackendKind; readonly found: BackendKind };
  /** All backends of the two in sequence: bits of `fast` and of a GPU depend on the machine. */
  readonly places: { readonly expected: readonly string[]; readonly found: readonly string[] };
  /** Whether the test accuracy is within the 95% interval of the first. */
  readonly agrees: boolean;
  readonly expected: Pick<RunMetrics, 'weightsSha256' | 'lastSha256' | 'testAccuracy'>;
  readonly found: Pick<RunMetrics, 'weightsSha256' | 'lastSha256' | 'testAccuracy'>;
}

/**
 * Repeats a finished run from its config, in a temporary folder and on the same kind of backend, and compares the weights.
 * @throws CoutureError of kind `usage` when the run is not finished, `interrupted` when `signal` aborts
 */
export async function reproduceRun(
  platform: RunPlatform,
  run: Run | string,
  options: Omit<TrainRunOptions, 'config' | 'resume' | 'root' | 'name' | 'teacherSha256'> = {},
): Promise<Reproduction> {
  const opened = typeof run === 'string' ? await openRun(platform, run) : run;
  const expected = await opened.metrics();
  if (expected === undefined) {
    throw new CoutureError('usage', `${opened.path} is not finished, so there is nothing to compare with.`, {
      hint: `Finish it first: npx couture train --resume ${opened.path}`,
    });
  }
  // Whoever is told that the weights came out again believes the files as well.
  for (const which of ['best', 'last'] as const) await opened.loadWeights(which);
  const before = await opened.environment();
  const root = await platform.store.makeScratch();
  try {
    const { run: again, metrics: found } = await trainRun(platform, {
      ...options,
      backend: options.backend ?? opened.config.backend ?? 'cpu',
      config: opened.config,
      root,
      teacherSha256: before.teacherSha256,
    });
    const now = await again.environment();
    const reproduced =
      found.weightsSha256 === expected.weightsSha256 && found.lastSha256 === expected.lastSha256;
    const { low, high } = expected.testInterval;
    return {
      reproduced,
      backends: { expected: firstKind(before), found: firstKind(now) },
      places: { expected: placesOf(before), found: placesOf(now) },
      agrees: found.testAccuracy >= low && found.testAccuracy <= high,
      expected: pickSums(expected),
      found: pickSums(found),
    };
  } catch (error) {
    if (isInterruption(error, options.signal))
      throw new CoutureError('interrupted', 'Stopped before the run was repeated.', { cause: error });
    throw error;
  } finally {
    await platform.store.remove(root);
  }
}

const pickSums = ({ weightsSha256, lastSha256, testAccuracy }: RunMetrics): Reproduction['found'] => ({
  weightsSha256,
  lastSha256,
  testAccuracy,
});

const firstKind = ({ backend }: Pick<Environment, 'backend'>): BackendKind =>
  backend.name === 'webgpu' ? 'gpu' : 'cpu';
