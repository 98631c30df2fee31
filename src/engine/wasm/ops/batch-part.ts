/** What the ops of all families share: one thread's part in a batch, and where what it works on lies. */

import { dropoutScalars, STEP_SCALARS } from '../../scalars.ts';
import type { Kernels } from '../kernels.ts';
import { type LayerLayout, type Layout, LINE, PANEL } from '../layout.ts';
import type { Job, ThreadSetup, TrainJob } from '../protocol.ts';

/** Inputs of one unit of a weight gradient or an update; as STRIP in kernels/dense.ts. */
export const STRIP = 64;

/** One thread's part in a batch of a job. */
export interface BatchPart {
  readonly kernels: Kernels;
  readonly setup: ThreadSetup;
  /** The batch's number within the job, its first row counted over the job, and its rows. */
  readonly step: number;
  readonly from: number;
  readonly rows: number;
  /**
   * Runs this thread's share of an op's units.
   * @param whole units that share data: a slice holds all of such a group, or none
   */
  readonly share: (units: number, run: (begin: number, end: number) => void, whole?: number) => void;
}

/** The arguments of an epilogue with dropout: threshold, scale, key, step, layer. */
export function dropout(p: number, index: number, job: Job, part: BatchPart, on: boolean) {
  if (job.kind !== 'train' || !on) return [0, 1, 0, 0, 0, index] as const;
  const { threshold, scale } = dropoutScalars(p);
  return [threshold, scale, ...job.dropoutKey, job.firstStep + part.step, index] as const;
}

/** The weights that a job computes with. */
export function weightsOf(job: Job): 'value' | 'average' {
  return job.kind === 'train' ? 'value' : job.weights;
}

/** The statistics of batch normalization that a job computes with. */
export function statsOf(layer: LayerLayout, job: Job): number {
  return (weightsOf(job) === 'average' && layer.averageStats) || layer.stats;
}

/** Where the optimizer's scalars of a step lie. */
export function scalarsOf(job: TrainJob, part: BatchPart): number {
  return job.scalars + part.step * STEP_SCALARS * Float32Array.BYTES_PER_ELEMENT;
}

/** Bytes of one panel of a layer's dzT: 16 rows of the batch, a line for each output. */
export function transposedPanel(layer: LayerLayout): number {
  return layer.panels * PANEL * LINE;
}

export function lastLayer(layout: Layout): LayerLayout {
  return layout.layers[layout.layers.length - 1];
}
