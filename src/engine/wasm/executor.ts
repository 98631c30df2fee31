/**
 * One thread's run of a job: every thread runs this same loop over the same memory, takes its slice of each
 * op's work units, and meets the others at a barrier. A unit's result does not depend on who computes it.
 */

import { drawAugmentation, RECORD } from '../../data/augment.ts';
import { needsActivate, type Op } from '../../model/program.ts';
import type { Augmentation } from '../backend.ts';
import { dropoutScalars, STEP_SCALARS } from '../scalars.ts';
import { instantiateKernels, type Kernels } from './kernels.ts';
import { type LayerLayout, type Layout, LINE, PANEL, panelsOf } from './layout.ts';
import { ACTIVATIONS, type InferJob, type Job, type ThreadSetup, type TrainJob } from './protocol.ts';

/**
 * A team's control block, in words: two of the barrier, one that is set when a thread has failed, and from
 * NEXT_WORD on two sets of counters, one a step in turn, that hold for each op and thread the next of its units.
 */
export const FAILED_WORD = 2;
const NEXT_WORD = 16;
/** Ops that have counters: more than a network of the most layers that a spec may have needs. */
const COUNTED_OPS = 1024;

/** Bytes of the control block of a team. */
export function controlBytes(threads: number): number {
  return (NEXT_WORD + 2 * COUNTED_OPS * threads) * 4;
}

/** Pieces of an op's units for each thread: small enough that a thread on a busy core holds the others up little. */
const PIECES = 4;
/** Bytes of the largest image that can be augmented: as many as a spec's widest layer has inputs. */
export const MAX_AUGMENTED = 65_536;
/** Bytes of a thread's scratch: 68 lines of a gradient, or an augmented image behind its record, whichever is more. */
export const SCRATCH_BYTES = MAX_AUGMENTED + 2 * 64;

/** Inputs of one unit of a weight gradient; as STRIP in kernels/dense.ts. */
const STRIP = 64;

/** Ops after which threads need not wait for each other, unless they end the step. */
const UNHURRIED: ReadonlySet<Op['op']> = new Set(['weightGradientUpdate', 'normUpdate']);

/** Where a batch is within its job. */
interface Batch {
  readonly step: number;
  /** First row, counted over the job. */
  readonly from: number;
  readonly rows: number;
}

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
      const batch = { step, from, rows: Math.min(job.batchSize, job.count - from) };
      // Nobody is in the step before any more: its counters can serve the step after.
      if (threads > 1 && thread === 0) this.#resetCounters((step + 1) % 2, job.ops.length);
      for (let i = 0; i < job.ops.length; i++) {
        this.#counter = this.#firstCounter(step % 2) + i * threads;
        this.#runOp(job.ops[i], job, batch);
        // What follows these neither reads nor overwrites what they touch, until the next step.
        if (UNHURRIED.has(job.ops[i].op) && i < job.ops.length - 1) continue;
        this.#kernels.barrier(control, threads);
        if (threads > 1 && Atomics.load(this.#control, FAILED_WORD) !== 0) return;
      }
    }
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
   * does a unit is chance; what comes out of it is not.
   * @param whole units that share data: a slice holds all of such a group, or none
   */
  #share(units: number, run: (begin: number, end: number) => void, whole = 1): void {
    const { thread, threads } = this.#setup;
    if (threads === 1) {
      run(0, units);
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
        run(begin, Math.min(begin + piece, end));
      }
    }
  }

  #runOp(op: Op, job: Job, batch: Batch): void {
    const { layout } = job;
    const augmentation = job.kind === 'train' ? job.augmentation : undefined;
    if (op.op === 'gather' && job.kind === 'train' && augmentation)
      this.#gatherAugmented(job, augmentation, batch);
    else if (op.op === 'gather') this.#gather(job, batch);
    else if (op.op === 'linear') this.#linear(layout, op.layer, job, batch, op.training);
    else if (op.op === 'activate') this.#activate(layout, op.layer, job, batch, op.training);
    else if (op.op === 'inputGradient') this.#inputGradient(layout, op.layer, job, batch);
    else if (op.op === 'activateGradient') this.#activateGradient(layout, op.layer, job, batch, op.training);
    else if (job.kind === 'train') this.#runTrainingOp(op, job, batch);
    else this.#runInferenceOp(op, job, batch);
  }

  #runInferenceOp(op: Op, job: InferJob, batch: Batch): void {
    const { layout } = job;
    if (op.op === 'logSoftmax') this.#logSoftmax(job, batch);
    else if (op.op === 'logProbabilityGradient') {
      this.#nllGradient(layout, job.classes + batch.from * 4, 0, ONE_HOT, -1, batch);
    } else if (op.op === 'activations') {
      const { y, out } = layout.layers[op.layer];
      this.#scatter(y, out, job, batch);
    } else if (op.op === 'pixelGradient') this.#scatter(layout.dx, layout.layers[0].in, job, batch);
  }

  #runTrainingOp(op: Op, job: TrainJob, batch: Batch): void {
    const { layout } = job;
    if (op.op === 'nllGradient') {
      const at = batch.from * 4;
      this.#nllGradient(layout, job.labels + at, job.losses + at, job.targets, 1 / batch.rows, batch);
    } else if (op.op === 'weightGradient') this.#weightGradient(layout, op.layer, job, batch, true);
    else if (op.op === 'weightGradientUpdate') this.#weightGradient(layout, op.layer, job, batch, false);
    else if (op.op === 'normUpdate') this.#normUpdate(layout.layers[op.layer], job, batch);
    else if (op.op === 'update') this.#update(layout.layers[op.layer], job, batch);
  }

  #gather(job: Job, batch: Batch): void {
    const { x, rowPanel } = job.layout;
    const indices = job.indices + batch.from * 4;
    this.#share(batch.rows, (begin, end) => {
      this.#kernels.gather(x, rowPanel, job.images, job.imageSize, indices, begin, end);
    });
  }

  /** An image at a time: its record and its bytes go through this thread's scratch. */
  #gatherAugmented(job: TrainJob, { options, key, height, width }: Augmentation, batch: Batch): void {
    const { x, rowPanel } = job.layout;
    const { memory, scratch } = this.#setup;
    const { augment, normalise } = this.#kernels;
    const indices = new Uint32Array(memory.buffer, job.indices + batch.from * 4, batch.rows);
    const record = new Int32Array(memory.buffer, scratch, RECORD);
    const bytes = scratch + LINE;
    const step = job.firstStep + batch.step;
    this.#share(batch.rows, (begin, end) => {
      for (let row = begin; row < end; row++) {
        drawAugmentation(options, key, row, step, { height, width }, record);
        augment(job.images + indices[row] * job.imageSize, scratch, height, width, bytes);
        normalise(x, rowPanel, bytes, job.imageSize, row);
      }
    });
  }

  /** The arguments of an epilogue with dropout: threshold, scale, key, step, layer. */
  #dropout(p: number, index: number, job: Job, batch: Batch, on: boolean) {
    if (job.kind !== 'train' || !on) return [0, 1, 0, 0, 0, index] as const;
    const { threshold, scale } = dropoutScalars(p);
    return [threshold, scale, ...job.dropoutKey, job.firstStep + batch.step, index] as const;
  }

  #input(layout: Layout, index: number): number {
    return index === 0 ? layout.x : layout.layers[index - 1].y;
  }

  #linear(layout: Layout, index: number, job: Job, batch: Batch, training: boolean): void {
    const layer = layout.layers[index];
    const groups = Math.ceil(batch.rows / 4);
    const apart = needsActivate(layer);
    const args = [
      this.#input(layout, index),
      layout.rowPanel,
      layer.weights[weightsOf(job)],
      layer.in,
      layer.out,
      layer.z,
      layout.rowPanel,
      batch.rows,
      layer.activation === 'relu' && !apart ? 1 : 0,
      ...this.#dropout(layer.dropout, index, job, batch, training && !apart),
    ];
    this.#share(layer.panels * groups, (begin, end) => this.#kernels.linear(...args, begin, end), groups);
  }

  #activate(layout: Layout, index: number, job: Job, batch: Batch, training: boolean): void {
    const layer = layout.layers[index];
    const args = [
      layer.z,
      layer.y,
      layout.rowPanel,
      batch.rows,
      layer.out,
      ACTIVATIONS.indexOf(layer.activation),
      layer.affine[weightsOf(job)],
      layer.stats,
      training ? 1 : 0,
      ...this.#dropout(layer.dropout, index, job, batch, training),
    ];
    this.#share(layer.panels, (begin, end) => this.#kernels.activate(...args, begin, end));
  }

  #activateGradient(layout: Layout, index: number, job: Job, batch: Batch, training: boolean): void {
    const layer = layout.layers[index];
    const args = [
      layer.z,
      layer.dz,
      layout.rowPanel,
      layer.dzT,
      transposedPanel(layer),
      batch.rows,
      layer.out,
      ACTIVATIONS.indexOf(layer.activation),
      layer.affine[weightsOf(job)],
      layer.stats,
      layer.affine.gradient,
      training ? 1 : 0,
      ...this.#dropout(layer.dropout, index, job, batch, training),
    ];
    this.#share(layer.panels, (begin, end) => this.#kernels.activateGradient(...args, begin, end));
  }

  #logSoftmax(job: InferJob, batch: Batch): void {
    const layer = lastLayer(job.layout);
    const rowPanel = job.layout.rowPanel;
    const output = job.output + batch.from * layer.out * 4;
    this.#share(batch.rows, (begin, end) => {
      this.#kernels.logSoftmax(layer.y, rowPanel, layer.out, output, begin, end);
    });
  }

  /** The output of an inference program: `width` values a row out of panels. */
  #scatter(panels: number, width: number, job: InferJob, batch: Batch): void {
    const output = job.output + batch.from * width * 4;
    this.#share(batch.rows, (begin, end) => {
      this.#kernels.scatter(panels, job.layout.rowPanel, width, output, begin, end);
    });
  }

  #nllGradient(
    layout: Layout,
    labels: number,
    losses: number,
    { own, other }: TrainJob['targets'],
    share: number,
    batch: Batch,
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
    this.#share(batch.rows, (begin, end) => this.#kernels.nllGradient(...args, begin, end));
  }

  #inputGradient(layout: Layout, index: number, job: Job, batch: Batch): void {
    const layer = layout.layers[index];
    const below = index > 0 ? layout.layers[index - 1] : undefined;
    const { y, dz, dzT } = below ?? { y: 0, dz: layout.dx, dzT: 0 };
    // Where `activateGradient` comes next, the result is not the layer's dz yet.
    const masked = below && !needsActivate(below) ? below : undefined;
    const args = [
      layer.weights[weightsOf(job)],
      layer.in,
      layer.out,
      layer.dzT,
      transposedPanel(layer),
      y,
      dz,
      layout.rowPanel,
      masked ? dzT : 0,
      masked ? transposedPanel(masked) : 0,
      batch.rows,
      this.#setup.scratch,
      masked?.activation === 'relu' ? 1 : 0,
      ...this.#dropout(masked?.dropout ?? 0, index - 1, job, batch, true),
    ];
    this.#share(panelsOf(layer.in) * panelsOf(batch.rows), (begin, end) =>
      this.#kernels.inputGradient(...args, begin, end),
    );
  }

  #weightGradient(layout: Layout, index: number, job: TrainJob, batch: Batch, keep: boolean): void {
    const layer = layout.layers[index];
    const args = [
      this.#input(layout, index),
      layout.rowPanel,
      layer.dz,
      layout.rowPanel,
      batch.rows,
      layer.in,
      this.#setup.scratch,
      keep ? layer.weights.gradient : 0,
      job.optimizer,
      layer.weights.value,
      layer.weights.firstMoment,
      layer.weights.secondMoment,
      layer.weights.average,
      job.constants,
      job.scalars + batch.step * STEP_SCALARS * 4,
    ];
    const strips = Math.ceil(layer.in / STRIP);
    const run = (begin: number, end: number) => this.#kernels.weightGradient(...args, begin, end);
    this.#share(layer.panels * strips, run, strips);
  }

  #normUpdate(layer: LayerLayout, job: TrainJob, batch: Batch): void {
    const { value, firstMoment, secondMoment, average, gradient } = layer.affine;
    const scalars = job.scalars + batch.step * STEP_SCALARS * 4;
    const args = [job.optimizer, value, firstMoment, secondMoment, average, gradient];
    const bytes = layer.panels * 2 * LINE;
    this.#share(1, () => this.#kernels.update(...args, bytes, job.constants, scalars));
  }

  #update(layer: LayerLayout, job: TrainJob, batch: Batch): void {
    const { value, firstMoment, secondMoment, average, gradient } = layer.weights;
    const scalars = job.scalars + batch.step * STEP_SCALARS * 4;
    this.#share(layer.panels * (layer.in + 1), (begin, end) => {
      const [offset, bytes] = [begin * LINE, (end - begin) * LINE];
      const tensors = [value, firstMoment, secondMoment].map((address) => address + offset);
      const mean = average === 0 ? 0 : average + offset;
      this.#kernels.update(job.optimizer, ...tensors, mean, gradient + offset, bytes, job.constants, scalars);
    });
  }
}

/** Targets without label smoothing. */
const ONE_HOT = { own: 1, other: 0 } as const;

/** The weights that a job computes with. */
function weightsOf(job: Job): 'value' | 'average' {
  return job.kind === 'train' ? 'value' : job.weights;
}

/** Bytes of one panel of a layer's dzT: 16 rows of the batch, a line for each output. */
function transposedPanel(layer: LayerLayout): number {
  return layer.panels * PANEL * LINE;
}

function lastLayer(layout: Layout): LayerLayout {
  return layout.layers[layout.layers.length - 1];
}
