/** The results of a program's fixed ops, kept for each image: see kept-results.ts and kernels/gather.ts. */

import type { Kept } from '../kept-results.ts';
import type { Job } from '../protocol.ts';
import type { BatchPart } from './batch-part.ts';

/** Whether the results of all images of a batch are kept. Every thread asks before any of them changes that. */
export function isKnown({ known }: Kept, job: Job, part: BatchPart): boolean {
  const bytes = new Uint8Array(part.setup.memory.buffer);
  return imagesOf(job, part).every((image) => bytes[known + image] === 1);
}

/** Keeps the results of this thread's share of a batch. */
export function keep(kept: Kept, job: Job, part: BatchPart): void {
  const args = argumentsOf(kept, job, part);
  const images = imagesOf(job, part);
  const bytes = new Uint8Array(part.setup.memory.buffer);
  part.share(part.rows, (units) => {
    part.kernels.keep(args, units);
    for (const image of images.subarray(units.begin, units.end)) bytes[kept.known + image] = 1;
  });
}

/** Copies kept results into the batch. */
export function recall(kept: Kept, job: Job, part: BatchPart): void {
  const args = argumentsOf(kept, job, part);
  part.share(part.rows, (units) => part.kernels.recall(args, units));
}

function imagesOf(job: Job, part: BatchPart): Uint32Array {
  return new Uint32Array(part.setup.memory.buffer, job.indices + part.from * 4, part.rows);
}

function argumentsOf({ ops, layer, values }: Kept, job: Job, part: BatchPart) {
  const { z, y, out } = job.layout.layers[layer];
  return {
    y: job.ops[ops - 1].op === 'activate' ? y : z,
    yPanel: job.layout.rowPanel,
    width: out,
    kept: values,
    indices: job.indices + part.from * 4,
  };
}
