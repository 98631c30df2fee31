/** Launches of weight gradients and of the optimizer's step: of all layers at once, since none depends on another's. */

import { normWidth } from '../../../model/dense-layer.ts';
import type { Op } from '../../../model/program.ts';
import {
  averageStatisticsKernel,
  averageStatisticsOp,
  clipFactorKernel,
  quadGroups,
  SQUARE_GROUPS,
  squaresKernel,
  squaresOp,
  updateKernel,
  updateOp,
} from '../kernels/elementwise.ts';
import { groupsOf, NONE } from '../kernels/forward.ts';
import { pixelValues } from '../kernels/gather.ts';
import { rowGroups } from '../kernels/loss.ts';
import { tileFor } from '../kernels/product.ts';
import {
  WEIGHT_ENTRY_BYTES,
  weightEntry,
  weightGradientKernel,
  weightOp,
} from '../kernels/weight-gradient.ts';
import { quadsOf } from '../places.ts';
import { type Launch, launch, readsBytes, type Setting } from './launch.ts';

/** The gradients of all layers that have such an op. */
export function weightGradients(
  setting: Setting,
  kind: 'weightGradient' | 'weightGradientUpdate',
  ops: readonly Op[],
): Launch {
  const { program, batch, weights, plain, half } = setting;
  const { layers } = program.plan;
  const wanted = ops.flatMap((op) => (op.op === kind ? [op.layer] : []));
  const results = wanted.map((index) => ({ rows: layers[index].in, columns: layers[index].out }));
  const tile = tileFor(results, plain);
  const bytes = readsBytes(setting);
  const table = new Uint8Array(wanted.length * WEIGHT_ENTRY_BYTES);
  let groups = 0;
  wanted.forEach((index, i) => {
    const layer = layers[index];
    const [across, down] = groupsOf(tile, layer.in, quadsOf(layer.out));
    weightEntry.write(new DataView(table.buffer), i * WEIGHT_ENTRY_BYTES, {
      firstGroup: groups,
      across,
      inputs: layer.in,
      inputQuads: quadsOf(layer.in),
      outputQuads: quadsOf(layer.out),
      x: batch.x[index],
      dz: batch.dz[index],
      weight: weights.layers[index].weight,
      bias: weights.layers[index].bias,
      bytes: Number(index === 0 && bytes),
    });
    groups += across * down;
  });
  const fused = kind === 'weightGradientUpdate';
  const kernel = weightGradientKernel(tile, { fused, average: program.average, bytes, half });
  const values = { entries: wanted.length, ...pixelValues(program.input.shape, program.input.pixels) };
  return { ...launch(kernel, weightOp, values, () => rowGroups(groups)), table };
}

export function gradientSquares({ weights, batch, subgroups }: Setting): Launch {
  const values = { quads: weights.end, partials: batch.partials };
  return launch(squaresKernel(subgroups), squaresOp, values, () => [SQUARE_GROUPS, 1]);
}

export function clipFactor({ batch, subgroups }: Setting, largest: number): Launch {
  const { partials, factor } = batch;
  return launch(clipFactorKernel(subgroups), squaresOp, { partials, factor, largest }, () => [1, 1]);
}

/**
 * Every step from kept gradients, of the parameters that have the ops `update` and `normUpdate`. And the average of
 * statistics, where that is kept.
 */
export function update(setting: Setting, ops: readonly Op[], clipped: boolean): Launch[] {
  const { program, weights, batch } = setting;
  const { weightsEnd, statisticsEnd } = weights;
  const factor = clipped ? batch.factor : NONE;
  const steps = updatedStretches(setting, ops).map(({ first, end }) => {
    const values = { first, end, weightsEnd, factor };
    return launch(updateKernel(program.average), updateOp, values, () => quadGroups(end - first));
  });
  if (!program.averageStatistics || statisticsEnd === 0) return steps;
  const quads = { quads: statisticsEnd };
  const groups = () => quadGroups(statisticsEnd);
  return [...steps, launch(averageStatisticsKernel, averageStatisticsOp, quads, groups)];
}

/** Quads from `first` to `end`. */
interface Stretch {
  readonly first: number;
  readonly end: number;
}

/** The quads of the parameters with an update op: one stretch without frozen layers, otherwise those between them. */
function updatedStretches({ program, weights }: Setting, ops: readonly Op[]): Stretch[] {
  const stretch = (first: number, quads: number) => ({ first, end: first + quads });
  const stretches = ops.flatMap((op): Stretch[] => {
    if (op.op !== 'update' && op.op !== 'normUpdate') return [];
    const layer = program.plan.layers[op.layer];
    const { weight, bias, scale, shift } = weights.layers[op.layer];
    const [outputs, normed] = [quadsOf(layer.out), quadsOf(normWidth(layer))];
    return op.op === 'update'
      ? [stretch(weight, layer.in * outputs), stretch(bias, outputs)]
      : [stretch(scale, normed), stretch(shift, normed)];
  });
  const joined: Stretch[] = [];
  for (const { first, end } of stretches.sort((a, b) => a.first - b.first)) {
    const before = joined.at(-1);
    if (before?.end === first) joined.splice(-1, 1, { first: before.first, end });
    else joined.push({ first, end });
  }
  return joined;
}
