/** What the ops of all families share: one thread's part in a batch, and the addresses of its data. */

import { dropoutScalars, STEP_SCALARS } from '../../scalars.ts';
import { LINE, PANEL } from '../constants.ts';
import type { Kernels, Units } from '../kernels.ts';
import type { LayerLayout, Layout } from '../layout.ts';
import type { Job, ThreadSetup, TrainJob } from '../protocol.ts';

/** One thread's part in a batch of a job. */
export interface BatchPart {
  readonly kernels: Kernels;
  readonly setup: ThreadSetup;
  /** The batch's number within the job, its first row counted over the job, and its rows. */
  readonly step: number;
  readonly from: number;
  readonly rows: number;
  /** Of each layer, the share of the values of x that are not 0, as its forward product counted them; none: 1. */
  readonly filled: number[];
  /**
   * Runs this thread's share of an op's units.
   * @param whole units that share data: a slice holds all of such a group, or none
   */
  readonly share: (units: number, run: (units: Units) => void, whole?: number) => void;
}

/** The arguments of an epilogue with dropout. */
export function dropout(p: number, index: number, job: Job, part: BatchPart, on: boolean) {
  if (job.kind !== 'train' || !on) return { threshold: 0, scale: 1, key0: 0, key1: 0, step: 0, layer: index };
  const [key0, key1] = job.dropoutKey;
  return { ...dropoutScalars(p), key0, key1, step: job.firstStep + part.step, layer: index };
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

/** The arguments of an optimizer's step on weights, or on scale and shift. */
export function optimizerStep(job: TrainJob, part: BatchPart, roles: LayerLayout['weights']) {
  return {
    optimizer: job.optimizer,
    weights: roles.value,
    first: roles.firstMoment,
    second: roles.secondMoment,
    average: roles.average,
    constants: job.constants,
    scalars: scalarsOf(job, part),
    loss: job.losses + part.from * 4,
  };
}

/** Bytes of one panel of a layer's dzT: 16 rows of the batch, a line for each output. */
export function transposedPanel(layer: LayerLayout): number {
  return layer.panels * PANEL * LINE;
}

export function lastLayer(layout: Layout): LayerLayout {
  return layout.layers[layout.layers.length - 1];
}
