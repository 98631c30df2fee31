/** Launches of weight gradients and of the optimizer's step: of all layers at once, since none depends on another's. */

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
  const { program, batch, weights, plain } = setting;
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
  const kernel = weightGradientKernel(tile, { fused, average: program.average, bytes });
  const values = { entries: wanted.length, ...pixelValues(program.input.shape, program.input.pixels) };
  return { ...launch(kernel, weightOp, values, () => rowGroups(groups)), table };
}

export function gradientSquares({ weights, batch }: Setting): Launch {
  const values = { quads: weights.end, partials: batch.partials };
  return launch(squaresKernel, squaresOp, values, () => [SQUARE_GROUPS, 1]);
}

export function clipFactor({ batch }: Setting, largest: number): Launch {
  const { partials, factor } = batch;
  return launch(clipFactorKernel, squaresOp, { partials, factor, largest }, () => [1, 1]);
}

/**
 * Every step from kept gradients: of all parameters where the program has `update`, else of norms alone. And the average of
 * statistics, where that is kept.
 */
export function update(setting: Setting, ops: readonly Op[], clipped: boolean): Launch[] {
  const { program, weights, batch } = setting;
  const first = ops.some(({ op }) => op === 'update') ? 0 : weights.normsBegin;
  const { end, weightsEnd, statisticsEnd } = weights;
  const values = { first, end, weightsEnd, factor: clipped ? batch.factor : NONE };
  const step = launch(updateKernel(program.average), updateOp, values, () => quadGroups(end - first));
  if (!program.averageStatistics || statisticsEnd === 0) return [step];
  const quads = { quads: statisticsEnd };
  const groups = () => quadGroups(statisticsEnd);
  return [step, launch(averageStatisticsKernel, averageStatisticsOp, quads, groups)];
}
