/** Program → launches: the kernels of one batch, in order, with their arguments. Several ops may be one launch. */

import { CoutureError } from '../../../core/errors.ts';
import type { Op } from '../../../model/program.ts';
import { logProbabilityGradientKernel, lossKernel } from '../kernels/loss.ts';
import * as backward from './backward.ts';
import * as forward from './forward.ts';
import type { Launch, Setting } from './launch.ts';
import { firstOfTail, isOfTail, tail } from './tail.ts';
import { clipFactor, gradientSquares, update, weightGradients } from './update.ts';

/** Ops for which the launch of the first one covers all layers. */
const together: ReadonlySet<Op['op']> = new Set([
  'weightGradient',
  'weightGradientUpdate',
  'gradientSquares',
  'update',
  'normUpdate',
]);

/** The launches of one batch. */
export function launchesOf(ops: readonly Op[], setting: Setting): Launch[] {
  const first = firstOfTail(setting, ops);
  const done = new Set<Op['op']>();
  const inOrder = gradientsFirst(ops);
  return inOrder.flatMap((op) => {
    if (isOfTail(op, first)) return op.op === 'nllGradient' ? [tail(setting, first)] : [];
    // One launch goes over `update` and `normUpdate`.
    const kind = op.op === 'normUpdate' ? 'update' : op.op;
    if (done.has(kind)) return [];
    if (together.has(op.op)) done.add(kind);
    return launchesOfOp(op, ops, setting);
  });
}

/** All kept gradients are computed before the first is used: no gradient depends on another layer's step. */
function gradientsFirst(ops: readonly Op[]): readonly Op[] {
  const isStep = ({ op }: Op) => op === 'update' || op === 'normUpdate';
  const gradients = ops.filter(({ op }) => op === 'weightGradient');
  if (gradients.length === 0) return ops;
  return [...ops.filter((op) => !isStep(op)), ...ops.filter(isStep)];
}

function launchesOfOp(op: Op, ops: readonly Op[], setting: Setting): Launch[] {
  const { program, batch } = setting;
  const { layers } = program.plan;
  switch (op.op) {
    case 'gather':
      return forward.gather(setting);
    case 'linear':
      return [forward.linear(setting, op.layer, op.training)];
    case 'normalize':
      return [forward.normalize(setting, { ...op, training: ops === program.train })];
    case 'activate':
      return forward.activate(setting, op);
    case 'logSoftmax':
      return [forward.logSoftmax(setting)];
    case 'activations':
      return [forward.output(batch.y[op.layer + 1], layers[op.layer].out)];
    case 'pixelGradient':
      return [forward.output(batch.dx, layers[0].in)];
    case 'nllGradient':
      return [backward.lossGradient(setting, lossKernel(setting.subgroups))];
    case 'logProbabilityGradient':
      return [backward.lossGradient(setting, logProbabilityGradientKernel(setting.subgroups))];
    case 'inputGradient':
      return [backward.inputGradient(setting, op.layer, ops === program.train)];
    case 'activateGradient':
      return [backward.activateGradient(setting, op)];
    case 'affineGradient':
      return [backward.affineGradient(setting, op.layer)];
    case 'normalizeGradient':
      return [backward.normalizeGradient(setting, op.layer, op.byBatch)];
    case 'weightGradient':
    case 'weightGradientUpdate':
      return [weightGradients(setting, op.op, ops)];
    case 'gradientSquares':
      return [gradientSquares(setting)];
    case 'clipFactor':
      return [clipFactor(setting, op.largest)];
    case 'update':
    case 'normUpdate':
      return update(setting, ops, op.clipped);
    default:
      op satisfies never;
      throw new CoutureError('backend', 'The program has an op that the webgpu backend does not have.');
  }
}
