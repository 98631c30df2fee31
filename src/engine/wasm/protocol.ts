/** The messages between the coordinator and its workers. Everything is plain data over one shared memory. */

import type { ImageShape } from '../../data/image-shape.ts';
import type { Op } from '../../model/program.ts';
import type { Augmentation } from '../backend.ts';
import type { Kept } from './kept-results.ts';
import type { Layout } from './layout.ts';

/** One run of a program over a list of images, in batches. Addresses are of the common memory. */
interface JobBase {
  readonly layout: Layout;
  readonly ops: readonly Op[];
  readonly images: number;
  readonly shape: ImageShape;
  /** Offsets and scales of the inputs, [panel][2][16]. */
  readonly scaling: number;
  /** Image number of every row, uint32. */
  readonly indices: number;
  /** Number of rows. */
  readonly count: number;
  readonly batchSize: number;
  readonly firstStep: number;
  readonly augmentation: Augmentation | undefined;
  /** Results of the first ops that are kept for each image; undefined where they are computed every time. */
  readonly kept: Kept | undefined;
}

export interface TrainJob extends JobBase {
  readonly kind: 'train';
  /** Label of every row, uint32. */
  readonly labels: number;
  /** Loss of every row, float32: written. */
  readonly losses: number;
  /** Index into OPTIMIZERS. */
  readonly optimizer: number;
  /** See `optimizerConstants`. */
  readonly constants: number;
  /** See `stepScalars`. */
  readonly scalars: number;
  /** Target of an image's own class, and of every other. */
  readonly targets: { readonly own: number; readonly other: number };
  /** Target of every row and class, float32, see `softTargets`; 0 if `targets` and the labels define it. */
  readonly softTargets: number;
  /** Weight of every row's loss, float32, see `rowWeights`; 0 where all are 1. */
  readonly rowWeights: number;
  readonly dropoutKey: readonly [number, number];
}

export interface InferJob extends JobBase {
  readonly kind: 'infer';
  /** Which weights. */
  readonly weights: 'value' | 'average';
  /** Class of every row, uint32, where the program differentiates by it. */
  readonly classes: number;
  /** Output [count, width], float32: written. */
  readonly output: number;
}

export type Job = TrainJob | InferJob;

/** What a thread of the team needs once, at its start. */
export interface ThreadSetup {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly wide: boolean;
  readonly thread: number;
  readonly threads: number;
  /** Address of the team's control block, see executor.ts. */
  readonly control: number;
  /** Address of this thread's scratch lines. */
  readonly scratch: number;
}

export type ToWorker =
  | { readonly type: 'setup'; readonly setup: ThreadSetup }
  | { readonly type: 'job'; readonly job: Job };
