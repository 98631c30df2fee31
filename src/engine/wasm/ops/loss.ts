/** Outputs and losses, with kernels/loss.ts; and copies of rows out of panels. */

import type { Kernels } from '../kernels.ts';
import type { Layout } from '../layout.ts';
import type { InferJob } from '../protocol.ts';
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

/** The arguments of a loss kernel besides the last layer's tensors. */
type Given<Name extends 'nllGradient' | 'softGradient'> = Omit<
  Parameters<Kernels[Name]>[0],
  keyof ReturnType<typeof lossTensors>
>;

export function nllGradient(layout: Layout, given: Given<'nllGradient'>, part: BatchPart): void {
  const args = { ...lossTensors(layout), ...given };
  part.share(part.rows, (units) => part.kernels.nllGradient(args, units));
}

/** @param given with the targets of the job's first row */
export function softGradient(layout: Layout, given: Given<'softGradient'>, part: BatchPart): void {
  const tensors = lossTensors(layout);
  const targets = given.targets + part.from * tensors.classes * 4;
  const args = { ...tensors, ...given, targets };
  part.share(part.rows, (units) => part.kernels.softGradient(args, units));
}

/** The last layer's output and gradients. */
function lossTensors(layout: Layout) {
  const layer = lastLayer(layout);
  const { rowPanel } = layout;
  const { y, out, dz, dzT } = layer;
  return { y, yPanel: rowPanel, classes: out, dz, dzT, dzTPanel: transposedPanel(layer) };
}
