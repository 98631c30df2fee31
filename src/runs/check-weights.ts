/** Whether the weights in a file are those that their run tells of. */

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

/**
 * What is wrong with the weights of a finished run, in words.
 * @param sha256 of the weights that were read
 */
export function misfitOfFinished(
  which: WeightsChoice,
  sha256: string,
  { weightsSha256, lastSha256 }: RunMetrics,
): string | undefined {
  if (sha256 === (which === 'best' ? weightsSha256 : lastSha256)) return undefined;
  return 'does not have the weights that metrics.json tells of';
}

/** What is wrong with the weights of a run that is not finished, in words. */
export function misfitOfUnfinished(
  which: WeightsChoice,
  { epoch }: Pick<ReadWeights, 'epoch'>,
  state: Pick<TrainState, 'epoch' | 'history'> | undefined,
  select: Selection,
): string | undefined {
  const done = state?.epoch ?? 0;
  // Written by an epoch whose checkpoint was not, so that it will be made again.
  if (epoch > done) return undefined;
  const wanted = which === 'last' ? done : bestEpoch(state?.history ?? [], select)?.epoch;
  return misfitOfEpoch(epoch, wanted);
}

/** What is wrong with weights of an epoch where those of another should be, in words. */
export function misfitOfEpoch(epoch: number, wanted: number | undefined): string | undefined {
  if (epoch === wanted) return undefined;
  const should = wanted === undefined ? 'there should be none' : `they should be of epoch ${wanted}`;
  return `has the weights of epoch ${epoch}, and ${should}`;
}
