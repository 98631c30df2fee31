/**
 * What each op of a program asks of the kernels: its arguments and its units of work, one family of kernels a file. Units
 * are shared among threads by `share`; what a unit gives does not depend on who computes it.
 */

import type { Op } from '../../model/program.ts';
import { activate, activateGradient, affineGradient, normalize, normalizeGradient } from './ops/activate.ts';
import { inputGradient, linear, weightGradient } from './ops/dense.ts';
import { gather, gatherAugmented } from './ops/gather.ts';
import { logSoftmax, nllGradient, scatter, softGradient } from './ops/loss.ts';
import { clipFactor, gradientSquares, normUpdate, update } from './ops/optimizers.ts';
import type { Part } from './ops/part.ts';
import type { InferJob, Job, TrainJob } from './protocol.ts';

/** Targets without label smoothing. */
const ONE_HOT = { own: 1, other: 0 } as const;

/** Runs this thread's share of one op. */
export function runOp(op: Op, job: Job, part: Part): void {
  const { layout } = job;
  if (op.op === 'gather' && job.augmentation) gatherAugmented(job, job.augmentation, part);
  else if (op.op === 'gather') gather(job, part);
  else if (op.op === 'linear') linear(layout, op.layer, job, part, op.training);
  else if (op.op === 'activate') activate(layout, op.layer, job, part, op.training);
  else if (op.op === 'inputGradient') inputGradient(layout, op.layer, job, part);
  else if (op.op === 'activateGradient') activateGradient(layout, op.layer, job, part, op.training);
  else if (op.op === 'normalize') normalize(layout, op.layer, job, part, op.training);
  else if (op.op === 'normalizeGradient') normalizeGradient(layout, op.layer, job, part, op.training);
  else if (op.op === 'affineGradient') affineGradient(layout, op.layer, part);
  else if (job.kind === 'train') runTrainingOp(op, job, part);
  else runInferenceOp(op, job, part);
}

function runInferenceOp(op: Op, job: InferJob, part: Part): void {
  const { layout } = job;
  if (op.op === 'logSoftmax') logSoftmax(job, part);
  else if (op.op === 'logProbabilityGradient') {
    nllGradient(layout, job.classes + part.from * 4, 0, ONE_HOT, -1, part);
  } else if (op.op === 'activations') {
    const { y, out } = layout.layers[op.layer];
    scatter(y, out, job, part);
  } else if (op.op === 'pixelGradient') scatter(layout.dx, layout.layers[0].in, job, part);
}

function runTrainingOp(op: Op, job: TrainJob, part: Part): void {
  const { layout } = job;
  if (op.op === 'nllGradient') {
    const at = part.from * 4;
    if (job.softTargets !== 0) softGradient(job, part);
    else nllGradient(layout, job.labels + at, job.losses + at, job.targets, 1 / part.rows, part);
  } else if (op.op === 'weightGradient') weightGradient(layout, op.layer, job, part, true);
  else if (op.op === 'weightGradientUpdate') weightGradient(layout, op.layer, job, part, false);
  else if (op.op === 'gradientSquares') gradientSquares(layout.layers[op.layer], part);
  else if (op.op === 'clipFactor') clipFactor(layout, op.largest, part);
  else if (op.op === 'normUpdate') normUpdate(layout, op.layer, job, part, op.clipped);
  else if (op.op === 'update') update(layout, op.layer, job, part, op.clipped);
}
