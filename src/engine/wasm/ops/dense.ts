/** The three products of a Linear, by kernels/dense.ts. */

import { isApart, needsActivate } from '../../../model/dense-layer.ts';
import { type Layout, panelsOf } from '../layout.ts';
import type { Job, TrainJob } from '../protocol.ts';
import { type BatchPart, dropout, STRIP, scalarsOf, transposedPanel, weightsOf } from './batch-part.ts';

export function linear(layout: Layout, index: number, job: Job, part: BatchPart, training: boolean): void {
  const layer = layout.layers[index];
  const groups = Math.ceil(part.rows / 4);
  const apart = needsActivate(layer);
  const args = [
    layer.x,
    layout.rowPanel,
    layer.weights[weightsOf(job)],
    layer.in,
    layer.out,
    layer.z,
    layout.rowPanel,
    part.rows,
    layer.activation === 'relu' && !apart ? 1 : 0,
    layer.skipped,
    ...dropout(layer.dropout, index, job, part, training && !apart),
  ];
  part.share(layer.panels * groups, (begin, end) => part.kernels.linear(...args, begin, end), groups);
}

export function inputGradient(layout: Layout, index: number, job: Job, part: BatchPart): void {
  const layer = layout.layers[index];
  const below = index > 0 ? layout.layers[index - 1] : undefined;
  // Where more comes before the layer's dz, the result stands in the place of dy.
  const masked = below && !isApart(layout.layers, index - 1) ? below : undefined;
  const args = [
    layer.weights[weightsOf(job)],
    layer.in,
    layer.out,
    layer.dzT,
    transposedPanel(layer),
    masked?.y ?? 0,
    masked?.dz ?? below?.dy ?? layout.dx,
    layout.rowPanel,
    masked?.dzT ?? 0,
    masked ? transposedPanel(masked) : 0,
    part.rows,
    part.setup.scratch,
    masked?.activation === 'relu' ? 1 : 0,
    ...dropout(masked?.dropout ?? 0, index - 1, job, part, true),
  ];
  part.share(panelsOf(layer.in) * panelsOf(part.rows), (begin, end) =>
    part.kernels.inputGradient(...args, begin, end),
  );
}

export function weightGradient(
  layout: Layout,
  index: number,
  job: TrainJob,
  part: BatchPart,
  keep: boolean,
): void {
  const layer = layout.layers[index];
  const args = [
    layer.x,
    layout.rowPanel,
    layer.dz,
    layout.rowPanel,
    part.rows,
    layer.in,
    part.setup.scratch,
    keep ? layer.weights.gradient : 0,
    job.optimizer,
    layer.weights.value,
    layer.weights.firstMoment,
    layer.weights.secondMoment,
    layer.weights.average,
    job.constants,
    scalarsOf(job, part),
  ];
  const strips = Math.ceil(layer.in / STRIP);
  const run = (begin: number, end: number) => part.kernels.weightGradient(...args, begin, end);
  part.share(layer.panels * strips, run, strips);
}
