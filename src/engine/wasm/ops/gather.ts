/** What puts images into a batch, by kernels/gather.ts and kernels/augment.ts. */

import { drawAugmentation, RECORD } from '../../../data/augment.ts';
import { drawMix } from '../../../data/mix.ts';
import type { Augmentation } from '../../backend.ts';
import { LINE } from '../layout.ts';
import type { Job } from '../protocol.ts';
import type { Part } from './part.ts';

/** Bytes of an augmentation's record in a thread's scratch, in whole lines; the image comes behind it. */
export const RECORD_BYTES = Math.ceil((RECORD * 4) / LINE) * LINE;

/** Bytes that an augmented image of `size` takes there, with what kernels read and write past its end. */
export function imageBytes(size: number): number {
  return (Math.ceil(size / LINE) + 1) * LINE;
}

export function gather(job: Job, part: Part): void {
  const { x, rowPanel } = job.layout;
  const indices = job.indices + part.from * 4;
  part.share(part.rows, (begin, end) => {
    part.kernels.gather(x, rowPanel, job.images, job.imageSize, indices, begin, end);
  });
}

/** An image at a time: its record, its bytes and those of the image mixed in go through this thread's scratch. */
export function gatherAugmented(job: Job, augmentation: Augmentation, part: Part): void {
  const { options, mixing, key, height, width } = augmentation;
  const { x, rowPanel } = job.layout;
  const { memory, scratch } = part.setup;
  const { augment, mix, normalize } = part.kernels;
  const indices = new Uint32Array(memory.buffer, job.indices + part.from * 4, part.rows);
  const record = new Int32Array(memory.buffer, scratch, RECORD);
  const bytes = scratch + RECORD_BYTES;
  const others = bytes + imageBytes(job.imageSize);
  const step = job.firstStep + part.step;
  const augmentRow = (row: number, target: number) => {
    drawAugmentation(options, key, row, step, { height, width }, record);
    augment(job.images + indices[row] * job.imageSize, scratch, height, width, target);
  };
  part.share(part.rows, (begin, end) => {
    for (let row = begin; row < end; row++) {
      augmentRow(row, bytes);
      const mixed = mixing && drawMix(mixing, key, row, step, part.rows, { height, width });
      if (mixed) {
        const { partner, left, top, right, bottom, weight } = mixed;
        augmentRow(partner, others);
        mix(bytes, others, width, left, top, right, bottom, weight);
      }
      normalize(x, rowPanel, bytes, job.imageSize, row);
    }
  });
}
