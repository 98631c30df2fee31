/** Whether the weights in a file are those that their run tells of. */

import type { ParameterSpec } from '../model/plan.ts';
import { weightsSha256, withShapes } from '../ship/safetensors.ts';
import { bestEpoch, type Selection } from '../train/best.ts';
import type { TrainState } from '../train/events.ts';
import type { RunMetrics } from './metrics.ts';

/** The weights of the best epoch (see `bestEpoch`), or of the last. */
export type WeightsChoice = 'best' | 'last';

/** Weights as a file has them. */
export interface ReadWeights {
  readonly weights: Map<string, Float32Array>;
  /** After which they were written. */
  readonly epoch: number;
}

/** Says in words what is wrong with weights; undefined where they are as expected. */
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

/** The weights of a run that is not finished. They may be ahead of its checkpoint: of an epoch that will be made again. */
export function expectUnfinished(
  which: WeightsChoice,
  state: Pick<TrainState, 'epoch' | 'history'> | undefined,
  select: Selection,
): Expectation {
  const done = state?.epoch ?? 0;
  const wanted = which === 'last' ? done : bestEpoch(state?.history ?? [], select)?.epoch;
  return (read) => (read.epoch > done ? undefined : expectEpoch(wanted)(read));
}

/** The weights of an epoch; undefined where there should be no such file. */
export function expectEpoch(wanted: number | undefined): Expectation {
  return ({ epoch }) => {
    if (epoch === wanted) return undefined;
    const should =
      wanted === undefined ? 'there should be no such file' : `it should have those of epoch ${wanted}`;
    return `has the weights of epoch ${epoch}, but ${should}`;
  };
}
