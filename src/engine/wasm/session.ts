/** One network in the wasm backend's memory. */

import { CoutureError } from '../../core/errors.ts';
import { Queue } from '../../core/queue.ts';
import { findParameter } from '../../model/find-parameter.ts';
import type { NetworkInput } from '../../model/network-input.ts';
import type { Program } from '../../model/program.ts';
import type { DeviceImages, InferOptions, Session, TensorRole, TrainRequest } from '../backend.ts';
import { checkInferRequest, checkSize, checkTrainRequest } from '../check-request.ts';
import { optimizerConstants, smoothedTargets, stepScalars } from '../scalars.ts';
import { rowWeights, softTargets } from '../targets.ts';
import { OPTIMIZERS, PANEL } from './constants.ts';
import { KeptResults } from './kept-results.ts';
import {
  type Layout,
  normBytes,
  pack,
  packNorm,
  placeBatch,
  placeWeights,
  unpack,
  unpackNorm,
  type WeightAddresses,
  weightBytes,
} from './layout.ts';
import type { Block, WasmMemory } from './memory.ts';
import { panelsOf } from './panels.ts';
import type { Team } from './team.ts';

/** Images of one inference batch: enough to reuse each weight often, few enough to stay in the L2 cache. */
const INFER_ROWS = 128;
/**
 * Inference of at most this many images and weights in all runs on the caller's thread, if it takes about as long as a message.
 * Large networks would block the thread, which may be that of a service.
 */
const INLINE_IMAGES = 16;
const INLINE_WEIGHTS = 16_000_000;

/** Uploaded images that a call uses: they stay until it releases them, even if they are disposed of meanwhile. */
export interface ImagesInUse {
  readonly address: number;
  release(): void;
}

export interface SessionContext {
  readonly memory: WasmMemory;
  readonly team: Team;
  /** The images of a handle; throws for a foreign or disposed one. */
  readonly hold: (images: DeviceImages) => ImagesInUse;
}

export class WasmSession implements Session {
  readonly #context: SessionContext;
  readonly #program: Program;
  readonly #weights: Block;
  readonly #addresses: readonly WeightAddresses[];
  #batch: Block | undefined;
  #batchRows = 0;
  #layout: Layout | undefined;
  /** Memory that a job reads and writes besides tensors; it grows for a larger job. */
  #job: Block | undefined;
  readonly #scaling: Block;
  readonly #kept: KeptResults;
  /** Calls share the batch's and the job's memory: each waits for those before it. */
  readonly #calls = new Queue();
  #disposed = false;
  /** Numbers in the parameters of the network. */
  readonly #values: number;

  /** @param batchSize images of the largest batch, which must fit beside the weights */
  constructor(context: SessionContext, program: Program, batchSize = 0) {
    this.#context = context;
    this.#program = program;
    const roles: TensorRole[] = ['value'];
    // A program that only infers has no optimizer and needs no moments: an ensemble would not fit three times.
    if (program.train.length > 0) roles.push('firstMoment', 'secondMoment');
    if (program.train.some((op) => op.op === 'weightGradient')) roles.push('gradient');
    if (program.average) roles.push('average');
    const place = (start: number) => placeWeights(program.plan, start, roles, program.averageStatistics);
    this.#values = program.plan.parameters.reduce(
      (sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1),
      0,
    );
    const options = { withDx: false, zeros: false, threads: context.team.threads };
    const batch = placeBatch(program.plan, place(0).weights, 0, wholePanels(batchSize), options);
    context.memory.check(place(0).end, batch.end);
    this.#weights = context.memory.allocate(place(0).end);
    this.#addresses = place(this.#weights.start).weights;
    const scaling = scalingPanels(program.input);
    this.#scaling = context.memory.allocate(scaling.byteLength);
    context.memory.floats(this.#scaling.start, scaling.length).set(scaling);
    this.#kept = new KeptResults(context.memory, program);
  }

  train(request: TrainRequest): Promise<Float32Array> {
    return this.#withImages(request.images, (address) => this.#train(request, address));
  }

  /** Queues a call that uses images, which it holds from now on. */
  async #withImages(
    images: DeviceImages,
    call: (address: number) => Promise<Float32Array>,
  ): Promise<Float32Array> {
    const { address, release } = this.#context.hold(images);
    try {
      return await this.#run(() => call(address));
    } finally {
      release();
    }
  }

  /** Queues a call. */
  #run<Result>(call: () => Result | Promise<Result>): Promise<Result> {
    if (!this.#disposed) return this.#calls.run(call);
    return Promise.reject(new CoutureError('usage', 'This network has been disposed of.'));
  }

  async #train(request: TrainRequest, images: number): Promise<Float32Array> {
    checkTrainRequest(this.#program, request);
    const { memory, team } = this.#context;
    const { indices, batchSize } = request;
    const count = indices.length;
    const constants = optimizerConstants(request.optimizer);
    const scalars = stepScalars(request);
    const soft = softTargets(request, this.#program.outputWidth) ?? new Float32Array();
    const weights = rowWeights(request) ?? new Float32Array();
    const sizes = [
      count * 4,
      count * 4,
      count * 4,
      constants.byteLength,
      scalars.byteLength,
      soft.byteLength,
      weights.byteLength,
    ];
    const [indexAt, labelAt, lossAt, constantAt, scalarAt, softAt, weightAt] = this.#place(...sizes);
    memory.words(indexAt, count).set(indices);
    const labels = memory.words(labelAt, count);
    for (let i = 0; i < count; i++) labels[i] = request.labels[indices[i]];
    memory.floats(constantAt, constants.length).set(constants);
    memory.floats(scalarAt, scalars.length).set(scalars);
    memory.floats(softAt, soft.length).set(soft);
    memory.floats(weightAt, weights.length).set(weights);
    const layout = this.#layoutFor(Math.min(batchSize, count));
    if (!request.augmentation) this.#kept.begin(request.images);
    await team.run({
      kind: 'train',
      layout,
      ops: this.#program.train,
      images,
      shape: request.images.shape,
      scaling: this.#scaling.start,
      indices: indexAt,
      labels: labelAt,
      losses: lossAt,
      optimizer: OPTIMIZERS.indexOf(request.optimizer.name),
      targets: smoothedTargets(request.labelSmoothing ?? 0, this.#program.outputWidth),
      softTargets: soft.length > 0 ? softAt : 0,
      rowWeights: weights.length > 0 ? weightAt : 0,
      constants: constantAt,
      scalars: scalarAt,
      count,
      batchSize,
      firstStep: request.firstStep,
      dropoutKey: request.dropoutKey,
      augmentation: request.augmentation,
      kept: request.augmentation ? undefined : this.#kept.of(request.images),
    });
    return memory.floats(lossAt, count).slice();
  }

  infer(images: DeviceImages, indices: Uint32Array, options: InferOptions = {}): Promise<Float32Array> {
    return this.#withImages(images, (address) => this.#infer(images, address, indices, options));
  }

  async #infer(
    images: DeviceImages,
    address: number,
    indices: Uint32Array,
    options: InferOptions,
  ): Promise<Float32Array> {
    checkInferRequest(this.#program, images, indices, options);
    const { classes, weights = 'value', batches } = options;
    const { memory, team } = this.#context;
    const count = indices.length;
    const { outputWidth } = this.#program;
    const [indexAt, classAt, outputAt] = this.#place(count * 4, count * 4, count * outputWidth * 4);
    memory.words(indexAt, count).set(indices);
    memory.words(classAt, count).set(classes ?? new Uint16Array(count));
    const batchSize = Math.min(batches?.batchSize ?? INFER_ROWS, Math.max(count, 1));
    const job = {
      kind: 'infer',
      weights,
      layout: this.#layoutFor(batchSize),
      ops: this.#program.infer,
      images: address,
      shape: images.shape,
      scaling: this.#scaling.start,
      indices: indexAt,
      classes: classAt,
      output: outputAt,
      count,
      batchSize,
      firstStep: batches?.firstStep ?? 0,
      augmentation: batches?.augmentation,
      kept: batches?.augmentation || weights === 'average' ? undefined : this.#kept.of(images),
    } as const;
    if (count <= INLINE_IMAGES && count * this.#values <= INLINE_WEIGHTS) team.runInline(job);
    else await team.run(job);
    return memory.floats(outputAt, count * outputWidth).slice();
  }

  /** Addresses of consecutive parts of the job block, each aligned, growing it where needed. */
  #place(...sizes: number[]): number[] {
    let end = 0;
    const offsets = sizes.map((size) => {
      const at = end;
      end += Math.ceil(size / 64) * 64;
      return at;
    });
    if (!this.#job || this.#job.size < end) {
      if (this.#job) this.#context.memory.release(this.#job);
      this.#job = this.#context.memory.allocate(end);
    }
    const { start } = this.#job;
    return offsets.map((offset) => start + offset);
  }

  /** A layout for batches of at least `rows` images. */
  #layoutFor(rows: number): Layout {
    if (this.#layout && rows <= this.#batchRows) return this.#layout;
    const { memory } = this.#context;
    if (this.#batch) memory.release(this.#batch);
    this.#batchRows = wholePanels(rows);
    const { plan, infer, input } = this.#program;
    const withDx = infer.some((op) => op.op === 'pixelGradient');
    const zeros = input.pixels.offset.every((offset) => offset === 0);
    const { threads } = this.#context.team;
    const options = { withDx, zeros, threads };
    const place = (start: number) => placeBatch(plan, this.#addresses, start, this.#batchRows, options);
    this.#batch = memory.allocate(place(0).end);
    this.#layout = place(this.#batch.start).layout;
    return this.#layout;
  }

  read(name: string, role: TensorRole = 'value'): Promise<Float32Array> {
    return this.#run(() => this.#read(name, role));
  }

  #read(name: string, role: TensorRole): Float32Array {
    const { layer, part } = this.#find(name);
    if (part === 'weight' || part === 'bias') return unpack(layer, part, this.#block(name, role));
    return unpackNorm(layer, part, this.#block(name, role));
  }

  write(name: string, values: Float32Array, role: TensorRole = 'value'): Promise<void> {
    return this.#run(() => this.#write(name, values, role));
  }

  #write(name: string, values: Float32Array, role: TensorRole): void {
    const { layer, part, parameter } = this.#find(name);
    checkSize(parameter, values);
    this.#kept.changed(parameter.layer);
    if (part === 'weight' || part === 'bias') pack(layer, part, values, this.#block(name, role));
    else packNorm(part, values, this.#block(name, role));
  }

  #find(name: string) {
    const { plan } = this.#program;
    const parameter = findParameter(plan, name);
    return { layer: plan.layers[parameter.layer], part: parameter.part, parameter };
  }

  /** The block of memory that contains a parameter, among others. */
  #block(name: string, role: TensorRole): Float32Array {
    const { plan } = this.#program;
    const { layer: index, part, trained } = findParameter(plan, name);
    const layer = plan.layers[index];
    const { weights, affine, stats, averageStats } = this.#addresses[index];
    const statistics = role === 'value' ? stats : role === 'average' ? averageStats : 0;
    const [address, bytes] =
      part === 'weight' || part === 'bias'
        ? [weights[role], weightBytes(layer)]
        : [trained ? affine[role] : statistics, normBytes(layer, part)];
    if (address === 0) throw new CoutureError('usage', `The ${role} of ${name} is not kept by this program.`);
    return this.#context.memory.floats(address, bytes / 4);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    void this.#calls.run(() => {
      this.#kept.dispose();
      for (const block of [this.#weights, this.#scaling, this.#batch, this.#job])
        if (block) this.#context.memory.release(block);
    });
  }
}

/** Rows of a batch, whose last panel is whole. */
function wholePanels(rows: number): number {
  return Math.ceil(rows / PANEL) * PANEL;
}

/** For each panel of 16 inputs a line of offsets and a line of scales; lanes past the last input keep their 0. */
function scalingPanels({ shape, pixels }: NetworkInput): Float32Array {
  const plane = shape.height * shape.width;
  const inputs = plane * shape.channels;
  const panels = new Float32Array(panelsOf(inputs) * 2 * PANEL).fill(1);
  for (let i = 0; i < inputs; i++) {
    const channel = Math.floor(i / plane);
    const at = Math.floor(i / PANEL) * 2 * PANEL + (i % PANEL);
    panels[at] = pixels.offset[channel];
    panels[at + PANEL] = pixels.scale[channel];
  }
  return panels;
}
