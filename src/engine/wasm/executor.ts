/**
 * One thread's run of a job: every thread runs this same loop over the same memory, takes its slice of each
 * op's work units, and meets the others at a barrier. A unit's result does not depend on who computes it.
 */

import type { Op } from '../../model/program.ts';
import { FAILED_WORD } from './constants.ts';
import { instantiateKernels, type Kernels } from './kernels.ts';
import type { BatchPart } from './ops/batch-part.ts';
import { imageBytes, RECORD_BYTES } from './ops/gather.ts';
import { isKnown, keep, recall } from './ops/kept.ts';
import { runOp } from './ops.ts';
import type { Job, ThreadSetup } from './protocol.ts';

/**
 * A team's control block, in words: those of the barrier, and from NEXT_WORD on two sets of counters, used by alternate
 * steps. A set holds the next unit for each op and thread.
 */
const NEXT_WORD = 16;
/** Ops that have counters: more than the deepest network that a spec allows needs. */
const COUNTED_OPS = 2048;

/** Bytes of the control block of a team. */
export function controlBytes(threads: number): number {
  return (NEXT_WORD + 2 * COUNTED_OPS * threads) * 4;
}

/** Pieces of an op's units for each thread: small enough that a thread on a busy core delays the others little. */
const PIECES = 4;
/** Bytes of the largest image that can be augmented: as many as a spec's widest layer has inputs. */
const MAX_AUGMENTED = 65_536;
/** Bytes of a thread's scratch: 68 lines of a gradient, or a record and two augmented images, whichever is more. */
export const SCRATCH_BYTES = RECORD_BYTES + 2 * imageBytes(MAX_AUGMENTED);

/** Ops after which threads need not wait for each other, unless they end the step. */
const UNHURRIED: ReadonlySet<Op['op']> = new Set(['weightGradientUpdate', 'update', 'normUpdate']);

export class Executor {
  readonly #kernels: Kernels;
  readonly #setup: ThreadSetup;
  readonly #control: Int32Array;
  /** Index of the first counter of the op in progress. */
  #counter = 0;

  constructor(setup: ThreadSetup) {
    this.#setup = setup;
    this.#kernels = instantiateKernels(setup.module, setup.memory, setup.wide);
    this.#control = new Int32Array(setup.memory.buffer, setup.control, controlBytes(setup.threads) / 4);
  }

  /** Runs this thread's share of a job; returns when all threads have done theirs, or one has failed. */
  run(job: Job): void {
    const { thread, threads, control } = this.#setup;
    for (let step = 0; step * job.batchSize < job.count; step++) {
      const from = step * job.batchSize;
      const rows = Math.min(job.batchSize, job.count - from);
      const part = {
        kernels: this.#kernels,
        setup: this.#setup,
        share: this.#share,
        step,
        from,
        rows,
        filled: [],
      };
      // No thread is in the previous step any longer: its counters can serve the next step.
      if (threads > 1 && thread === 0) this.#resetCounters((step + 1) % 2, job.ops.length + 1);
      const { kept } = job;
      const known = kept !== undefined && isKnown(kept, job, part);
      for (let i = known ? kept.ops : 0; i < job.ops.length; i++) {
        if (kept?.ops === i) {
          this.#counter = this.#counterOf(job.ops.length, step);
          if (known) recall(kept, job, part);
          else keep(kept, job, part);
          // The next op reads what was recalled, and may overwrite what is being kept.
          this.#kernels.barrier({ at: control, threads });
        }
        this.#counter = this.#counterOf(i, step);
        runOp(job.ops[i], job, part);
        // Until the next step, later ops neither read nor overwrite the data of these ops.
        if (UNHURRIED.has(job.ops[i].op) && i < job.ops.length - 1) continue;
        this.#kernels.barrier({ at: control, threads });
        if (threads > 1 && Atomics.load(this.#control, FAILED_WORD) !== 0) return;
      }
    }
  }

  /** The first counter of an op in a step; the number after the last op's is that of `keep` or `recall`. */
  #counterOf(op: number, step: number): number {
    return this.#firstCounter(step % 2) + op * this.#setup.threads;
  }

  #firstCounter(set: number): number {
    return NEXT_WORD + set * COUNTED_OPS * this.#setup.threads;
  }

  #resetCounters(set: number, ops: number): void {
    const first = this.#firstCounter(set);
    this.#control.fill(0, first, first + ops * this.#setup.threads);
  }

  /**
   * Runs this thread's share of an op's units: its own slice, which is the same in every step so that weights and
   * moments stay in this core's cache, and then pieces of the others' slices while they have any left. Which thread
   * computes a unit is random; its result is not.
   * @param whole units that share data: a slice holds all of such a group, or none
   */
  readonly #share: BatchPart['share'] = (units, run, whole = 1) => {
    const { thread, threads } = this.#setup;
    if (threads === 1) {
      run({ begin: 0, end: units });
      return;
    }
    const groups = Math.ceil(units / whole);
    const piece = Math.ceil(units / (threads * PIECES));
    for (let turn = 0; turn < threads; turn++) {
      const owner = (thread + turn) % threads;
      const start = Math.floor((groups * owner) / threads) * whole;
      const end = Math.min(units, Math.floor((groups * (owner + 1)) / threads) * whole);
      for (;;) {
        const begin = start + Atomics.add(this.#control, this.#counter + owner, piece);
        if (begin >= end) break;
        run({ begin, end: Math.min(begin + piece, end) });
      }
    }
  };
}
