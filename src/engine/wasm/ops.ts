/**
 * How each op of a program calls the kernels: its arguments and its units of work, with one file for each family of
 * kernels. `share` divides the units among threads; the result of a unit does not depend on the thread that computes
 * it.
 */

import type { Op } from '../../model/program.ts';
import { activate, activateGradient, affineGradient, normalize, normalizeGradient } from './ops/activate.ts';
import type { BatchPart } from './ops/batch-part.ts';
import { inputGradient, linear, weightGradient } from './ops/dense.ts';
import { gather, gatherAugmented } from './ops/gather.ts';
import { logSoftmax, nllGradient, scatter, softGradient } from './ops/loss.ts';
import { clipFactor, gradientSquares, normUpdate, update } from './ops/optimizers.ts';
import type { InferJob, Job, TrainJob } from './protocol.ts';

/** Runs this thread's share of one op. */
export function runOp(op: Op, job: Job, part: BatchPart): void {
  const { layout } = job;
  switch (op.op) {
    case 'gather':
      if (job.augmentation) gatherAugmented(job, job.augmentation, part);
      else gather(job, part);
      break;
    case 'linear':
      linear(layout, op.layer, job, part, op.training);
      break;
    case 'activate':
      activate(layout, op, job, part);
      break;
    case 'inputGradient':
      inputGradient(layout, op.layer, job, part);
      break;
    case 'activateGradient':
      activateGradient(layout, op, job, part);
      break;
    case 'normalize':
      normalize(layout, op.layer, job, part, op.byBatch);
      break;
    case 'normalizeGradient':
      normalizeGradient(layout, op.layer, job, part, op.byBatch);
      break;
    case 'affineGradient':
      affineGradient(layout, op.layer, part);
      break;
    case 'nllGradient':
      lossGradient(training(op, job), part);
      break;
    case 'weightGradient':
      weightGradient(layout, op.layer, training(op, job), part, true);
      break;
    case 'weightGradientUpdate':
      weightGradient(layout, op.layer, training(op, job), part, false);
      break;
    case 'gradientSquares':
      gradientSquares(layout.layers[op.layer], part);
      break;
    case 'clipFactor':
      clipFactor(layout, op.largest, part);
      break;
    case 'normUpdate':
      normUpdate(layout, op.layer, training(op, job), part, op.clipped);
      break;
    case 'update':
      update(layout, op.layer, training(op, job), part, op.clipped);
      break;
    case 'logSoftmax':
      logSoftmax(inference(op, job), part);
      break;
    case 'logProbabilityGradient': {
      const labels = inference(op, job).classes + part.from * 4;
      nllGradient(layout, { labels, losses: 0, own: 1, other: 0, share: -1, weights: 0 }, part);
      break;
    }
    case 'activations': {
      const { y, out } = layout.layers[op.layer];
      scatter(y, out, inference(op, job), part);
      break;
    }
    case 'pixelGradient':
      scatter(layout.dx, layout.layers[0].in, inference(op, job), part);
      break;
    default:
      op satisfies never;
  }
}

function lossGradient(job: TrainJob, part: BatchPart): void {
  const { layout, targets, softTargets, rowWeights } = job;
  const at = part.from * 4;
  const losses = job.losses + at;
  const weights = rowWeights === 0 ? 0 : rowWeights + at;
  const share = 1 / part.rows;
  if (softTargets !== 0) softGradient(layout, { targets: softTargets, losses, share, weights }, part);
  else nllGradient(layout, { labels: job.labels + at, losses, ...targets, share, weights }, part);
}

/** The job of an op that only training has. */
function training({ op }: Op, job: Job): TrainJob {
  if (job.kind === 'train') return job;
  throw new Error(`The op ${op} is not allowed in an inference program.`);
}

/** The job of an op that only inference has. */
function inference({ op }: Op, job: Job): InferJob {
  if (job.kind === 'infer') return job;
  throw new Error(`The op ${op} is not allowed in a training program.`);
}
