/** Clipping and updates, with kernels/optimizers.ts and, for weights, kernels/weight-gradient.ts. */

import { normWidth } from '../../../model/dense-layer.ts';
import { AFFINE_LINES, LINE, STATS_LINES, STRIP } from '../constants.ts';
import { type LayerLayout, type Layout, squaresPanels } from '../layout.ts';
import { panelsOf } from '../panels.ts';
import type { TrainJob } from '../protocol.ts';
import { type BatchPart, optimizerStep } from './batch-part.ts';

export function gradientSquares(layer: LayerLayout, part: BatchPart): void {
  const { weights, affine, squares, panels } = layer;
  const { kernels } = part;
  const ofWeights = { gradient: weights.gradient, lines: layer.in + 1, squares };
  const ofNorm = { gradient: affine.gradient, lines: AFFINE_LINES, squares: squares + panels * LINE };
  part.share(squaresPanels(layer), ({ begin, end }) => {
    const middle = Math.min(Math.max(panels, begin), end);
    kernels.gradientSquares(ofWeights, { begin, end: middle });
    kernels.gradientSquares(ofNorm, { begin: middle - panels, end: end - panels });
  });
}

export function clipFactor({ layers, clipFactor: factor }: Layout, largest: number, part: BatchPart): void {
  const { squares } = layers[0];
  const args = { squares, bytes: factor - squares, largest, factor };
  part.share(1, () => part.kernels.clipFactor(args));
}

export function update(
  layout: Layout,
  index: number,
  job: TrainJob,
  part: BatchPart,
  clipped: boolean,
): void {
  const layer = layout.layers[index];
  const args = {
    inputs: layer.in,
    gradient: layer.weights.gradient,
    factor: clipped ? layout.clipFactor : 0,
    ...optimizerStep(job, part, layer.weights),
  };
  const strips = Math.ceil(layer.in / STRIP);
  part.share(layer.panels * strips, (units) => part.kernels.updateWeights(args, units), strips);
}

export function normUpdate(
  layout: Layout,
  index: number,
  job: TrainJob,
  part: BatchPart,
  clipped: boolean,
): void {
  const layer = layout.layers[index];
  const { affine, stats, averageStats } = layer;
  const { gradient } = affine;
  const step = optimizerStep(job, part, affine);
  const { scalars } = step;
  const panels = panelsOf(normWidth(layer));
  const bytes = panels * AFFINE_LINES * LINE;
  const { kernels } = part;
  part.share(1, () => {
    if (clipped) kernels.scaleGradient({ gradient, bytes, factor: layout.clipFactor });
    kernels.update({ ...step, gradient, bytes, shrinkable: 0 });
    if (averageStats === 0) return;
    kernels.blend({ average: averageStats, weights: stats, bytes: panels * STATS_LINES * LINE, scalars });
  });
}
