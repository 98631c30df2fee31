/** Outputs and losses, by kernels/loss.ts; and what a row gives out of panels. */

import type { LayerLayout, Layout } from '../layout.ts';
import type { InferJob, TrainJob } from '../protocol.ts';
import { type BatchPart, lastLayer, transposedPanel } from './batch-part.ts';

export function logSoftmax(job: InferJob, part: BatchPart): void {
  const layer = lastLayer(job.layout);
  const rowPanel = job.layout.rowPanel;
  const output = job.output + part.from * layer.out * 4;
  const args = { y: layer.y, yPanel: rowPanel, classes: layer.out, out: output };
  part.share(part.rows, (units) => part.kernels.logSoftmax(args, units));
}

/** The output of an inference program: `width` values a row out of panels. */
export function scatter(panels: number, width: number, job: InferJob, part: BatchPart): void {
  const output = job.output + part.from * width * 4;
  const args = { y: panels, yPanel: job.layout.rowPanel, width, out: output };
  part.share(part.rows, (units) => part.kernels.scatter(args, units));
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
  const args = { ...lossTensors(layout, layer), labels, losses, own, other, share };
  part.share(part.rows, (units) => part.kernels.nllGradient(args, units));
}

export function softGradient({ layout, softTargets, losses }: TrainJob, part: BatchPart): void {
  const layer = lastLayer(layout);
  const args = {
    ...lossTensors(layout, layer),
    targets: softTargets + part.from * layer.out * 4,
    losses: losses + part.from * 4,
    share: 1 / part.rows,
  };
  part.share(part.rows, (units) => part.kernels.softGradient(args, units));
}

/** The last layer's output and gradients. */
function lossTensors({ rowPanel }: Layout, layer: LayerLayout) {
  const { y, out, dz, dzT } = layer;
  return { y, yPanel: rowPanel, classes: out, dz, dzT, dzTPanel: transposedPanel(layer) };
}
