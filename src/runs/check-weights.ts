/** Checks that the weights in a file belong to their run. */

import type { ParameterSpec } from '../model/plan.ts';
import { weightsSha256, withShapes } from '../ship/safetensors.ts';
import { bestEpoch, type Selection } from '../train/best.ts';
import type { TrainState } from '../train/events.ts';
import type { RunMetrics } from './metrics.ts';

/** The weights of the best epoch (see `bestEpoch`), or of the last. */
export type WeightsChoice = 'best' | 'last';

/** The weights of a file. */
export interface ReadWeights {
  readonly weights: Map<string, Float32Array>;
  /** The epoch after which they were written. */
  readonly epoch: number;
}

/** Describes wrong weights; undefined for expected ones. */
export type Expectation = (read: ReadWeights) => string | undefined | Promise<string | undefined>;

/** The weights of a finished run. */
export function expectFinished(
  which: WeightsChoice,
  metrics: Pick<RunMetrics, 'weightsSha256' | 'lastSha256'>,
  parameters: readonly ParameterSpec[],
): Expectation {
  const expected = which === 'best' ? metrics.weightsSha256 : metrics.lastSha256;
  return async ({ weights }) =>
    (await weightsSha256(withShapes(parameters, weights))) === expected
      ? undefined
      : 'does not have the weights that metrics.json lists';
}

/**
 * The weights of an unfinished run. They may be ahead of its checkpoint, from an epoch that will be repeated.
 */
export function expectUnfinished(
  which: WeightsChoice,
  state: Pick<TrainState, 'epoch' | 'history'> | undefined,
  select: Selection,
): Expectation {
  const done = state?.epoch ?? 0;
  const wanted = which === 'last' ? done : bestEpoch(state?.history ?? [], select)?.epoch;
  return (read) => (read.epoch > done ? undefined : expectEpoch(wanted)(read));
}

/** The weights of an epoch; undefined if there should be no such file. */
export function expectEpoch(wanted: number | undefined): Expectation {
  return ({ epoch }) => {
    if (epoch === wanted) return undefined;
    const should =
      wanted === undefined ? 'there should be no such file' : `it should have those of epoch ${wanted}`;
    return `has the weights of epoch ${epoch}, but ${should}`;
  };
}
