/** Outputs and losses, by kernels/loss.ts; and what a row gives out of panels. */

import type { Layout } from '../layout.ts';
import type { InferJob, TrainJob } from '../protocol.ts';
import { type BatchPart, lastLayer, transposedPanel } from './batch-part.ts';

export function logSoftmax(job: InferJob, part: BatchPart): void {
  const layer = lastLayer(job.layout);
  const rowPanel = job.layout.rowPanel;
  const output = job.output + part.from * layer.out * 4;
  part.share(part.rows, (begin, end) => {
    part.kernels.logSoftmax(layer.y, rowPanel, layer.out, output, begin, end);
  });
}

/** The output of an inference program: `width` values a row out of panels. */
export function scatter(panels: number, width: number, job: InferJob, part: BatchPart): void {
  const output = job.output + part.from * width * 4;
  part.share(part.rows, (begin, end) => {
    part.kernels.scatter(panels, job.layout.rowPanel, width, output, begin, end);
  });
}

export function nllGradient(
  layout: Layout,
  labels: number,
  losses: number,
  { own, other }: TrainJob['targets'],
  share: number,
  part: BatchPart,
): void {
  const layer = lastLayer(layout);
  const transposed = transposedPanel(layer);
  const args = [
    layer.y,
    layout.rowPanel,
    layer.out,
    labels,
    losses,
    layer.dz,
    layer.dzT,
    transposed,
    own,
    other,
    share,
  ];
  part.share(part.rows, (begin, end) => part.kernels.nllGradient(...args, begin, end));
}

export function softGradient({ layout, softTargets, losses }: TrainJob, part: BatchPart): void {
  const layer = lastLayer(layout);
  const args = [
    layer.y,
    layout.rowPanel,
    layer.out,
    softTargets + part.from * layer.out * 4,
    losses + part.from * 4,
    layer.dz,
    layer.dzT,
    transposedPanel(layer),
    1 / part.rows,
  ];
  part.share(part.rows, (begin, end) => part.kernels.softGradient(...args, begin, end));
}
