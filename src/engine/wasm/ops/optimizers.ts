/** Clipping and updates, by kernels/optimizers.ts and, of weights, kernels/dense.ts. */

import { normWidth } from '../../../model/dense-layer.ts';
import {
  AFFINE_LINES,
  type LayerLayout,
  type Layout,
  LINE,
  panelsOf,
  STATS_LINES,
  squaresPanels,
} from '../layout.ts';
import type { TrainJob } from '../protocol.ts';
import { type BatchPart, STRIP, scalarsOf } from './batch-part.ts';

export function gradientSquares(layer: LayerLayout, part: BatchPart): void {
  const { weights, affine, squares, panels } = layer;
  const { kernels } = part;
  part.share(squaresPanels(layer), (begin, end) => {
    const middle = Math.min(Math.max(panels, begin), end);
    kernels.gradientSquares(weights.gradient, layer.in + 1, squares, begin, middle);
    const [from, to] = [middle - panels, end - panels];
    kernels.gradientSquares(affine.gradient, AFFINE_LINES, squares + panels * LINE, from, to);
  });
}

export function clipFactor({ layers, clipFactor: factor }: Layout, largest: number, part: BatchPart): void {
  const { squares } = layers[0];
  part.share(1, () => part.kernels.clipFactor(squares, factor - squares, largest, factor));
}

export function update(
  layout: Layout,
  index: number,
  job: TrainJob,
  part: BatchPart,
  clipped: boolean,
): void {
  const layer = layout.layers[index];
  const { value, firstMoment, secondMoment, average, gradient } = layer.weights;
  const args = [
    layer.in,
    gradient,
    clipped ? layout.clipFactor : 0,
    job.optimizer,
    value,
    firstMoment,
    secondMoment,
    average,
    job.constants,
    scalarsOf(job, part),
  ];
  const strips = Math.ceil(layer.in / STRIP);
  const run = (begin: number, end: number) => part.kernels.updateWeights(...args, begin, end);
  part.share(layer.panels * strips, run, strips);
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
  const { value, firstMoment, secondMoment, average, gradient } = affine;
  const scalars = scalarsOf(job, part);
  const args = [job.optimizer, value, firstMoment, secondMoment, average, gradient];
  const panels = panelsOf(normWidth(layer));
  const bytes = panels * AFFINE_LINES * LINE;
  const { kernels } = part;
  part.share(1, () => {
    if (clipped) kernels.scaleGradient(gradient, bytes, layout.clipFactor);
    kernels.update(...args, bytes, 0, job.constants, scalars);
    if (averageStats !== 0) kernels.blend(averageStats, stats, panels * STATS_LINES * LINE, scalars);
  });
}
