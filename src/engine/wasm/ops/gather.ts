/** The ops that put images into a batch, with kernels/gather.ts and kernels/augment.ts. */

import { drawAugmentation, RECORD } from '../../../data/augment.ts';
import { drawMix } from '../../../data/mix.ts';
import type { Augmentation } from '../../backend.ts';
import { LINE } from '../constants.ts';
import type { Job } from '../protocol.ts';
import type { BatchPart } from './batch-part.ts';

/** Bytes of an augmentation's record in a thread's scratch, in whole lines; the image follows it. */
export const RECORD_BYTES = Math.ceil((RECORD * 4) / LINE) * LINE;

/** Bytes that an augmented image of `size` takes there, with what kernels read and write past its end. */
export function imageBytes(size: number): number {
  return (Math.ceil(size / LINE) + 1) * LINE;
}

/** Bytes of an image, and inputs of the network. */
function sizeOf({ shape }: Job): number {
  return shape.height * shape.width * shape.channels;
}

export function gather(job: Job, part: BatchPart): void {
  const { images, scaling } = job;
  const { x, rowPanel: xPanel } = job.layout;
  const args = { x, xPanel, images, size: sizeOf(job), indices: job.indices + part.from * 4, scaling };
  part.share(part.rows, (units) => part.kernels.gather(args, units));
}

/** An image at a time: its record, its bytes and those of the image mixed in go through this thread's scratch. */
export function gatherAugmented(job: Job, augmentation: Augmentation, part: BatchPart): void {
  const { options, mixing, key } = augmentation;
  const { height, width } = job.shape;
  const plane = height * width;
  const size = sizeOf(job);
  const { x, rowPanel: xPanel } = job.layout;
  const { memory, scratch } = part.setup;
  const { augment, mix, normalize } = part.kernels;
  const indices = new Uint32Array(memory.buffer, job.indices + part.from * 4, part.rows);
  const record = new Int32Array(memory.buffer, scratch, RECORD);
  const bytes = scratch + RECORD_BYTES;
  const others = bytes + imageBytes(size);
  const step = job.firstStep + part.step;
  const augmentRow = (row: number, target: number) => {
    drawAugmentation(options, key, row, step, { height, width }, record);
    // The bytes written after a plane belong to the next plane, which is written later, or are unused.
    for (let at = 0; at < size; at += plane)
      augment({
        source: job.images + indices[row] * size + at,
        record: scratch,
        height,
        width,
        target: target + at,
      });
  };
  part.share(part.rows, ({ begin, end }) => {
    for (let row = begin; row < end; row++) {
      augmentRow(row, bytes);
      const mixed = mixing && drawMix(mixing, key, row, step, part.rows, { height, width });
      if (mixed) {
        const { partner, left, top, right, bottom, weight } = mixed;
        augmentRow(partner, others);
        for (let at = 0; at < size; at += plane)
          mix({ image: bytes + at, partner: others + at, width, left, top, right, bottom, weight });
      }
      normalize({ x, xPanel, image: bytes, size, row, scaling: job.scaling });
    }
  });
}
