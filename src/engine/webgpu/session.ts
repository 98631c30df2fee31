/** One network on a GPU. */

import { CoutureError } from '../../core/errors.ts';
import { findParameter } from '../../model/find-parameter.ts';
import type { ParameterSpec } from '../../model/plan.ts';
import type { Op, Program } from '../../model/program.ts';
import type { DeviceImages, InferOptions, Session, TensorRole, TrainRequest } from '../backend.ts';
import { checkInferRequest, checkTrainRequest } from '../check-request.ts';
import { smoothedTargets } from '../scalars.ts';
import { rowWeights, softTargets } from '../targets.ts';
import { type Batch, makeBatch } from './batch.ts';
import { type Device, usage } from './device.ts';
import { Growing } from './growing.ts';
import { levelsOf, rowRecords, rowWords, writeSteps } from './job.ts';
import { pack, placeWeights, unpack, type WeightPlaces } from './places.ts';

/** Uploaded images, and where they are. */
export interface HeldImages {
  readonly buffer: GPUBuffer;
}

export interface SessionContext {
  readonly device: Device;
  /** The buffer of an image handle; throws for a foreign or disposed one. */
  readonly locate: (images: DeviceImages) => HeldImages;
}

/** Multiplies and adds of one submission, about: a watchdog stops work that blocks the GPU of a display for seconds. */
const SUBMIT_PRODUCTS = 5e9;
/** Steps of one submission at most: the GPU begins while later ones are still being encoded. */
const SUBMIT_STEPS = 32;
/** Bytes of the tensors of an inference batch, and of what one inference brings back at a time, at most. */
const INFER_BYTES = 2 ** 27;
/** Images of an inference batch. */
const INFER_ROWS = [16, 256, 2048];

type Kind = 'train' | 'infer';

/** Buffers of roles; one that the program does not keep is undefined. */
type RoleBuffers = Readonly<Partial<Record<TensorRole, GPUBuffer>>>;

export class GpuSession implements Session {
  readonly #device: Device;
  readonly #context: SessionContext;
  readonly #program: Program;
  readonly #places: WeightPlaces;
  readonly #roles: RoleBuffers;
  readonly #statistics: RoleBuffers;
  readonly #batches = new Map<string, Promise<Batch>>();
  /** Contents of a role's buffer that were read, until the buffer changes. */
  readonly #read = new Map<GPUBuffer, Float32Array>();
  readonly #levels: GPUBuffer;
  readonly #job;

  /** @throws CoutureError of kind `backend` where the network does not fit */
  static create(context: SessionContext, program: Program): Promise<GpuSession> {
    return context.device.guard(() => new GpuSession(context, program));
  }

  private constructor(context: SessionContext, program: Program) {
    const { device } = context;
    this.#context = context;
    this.#device = device;
    this.#program = program;
    this.#places = placeWeights(program.plan);
    const kinds = usage.storage | usage.copySource | usage.copyTarget;
    const made = (quads: number) => device.buffer(16 * quads, kinds, 'The weights of this network');
    const { end, statisticsEnd } = this.#places;
    const trains = program.train.length > 0;
    const normed = program.plan.layers.some(({ norm }) => norm !== 'none');
    const keepsGradients = normed || program.train.some((op) => op.op === 'weightGradient');
    this.#roles = {
      value: made(end),
      ...(trains && { firstMoment: made(end), secondMoment: made(end) }),
      ...(keepsGradients && { gradient: made(end) }),
      ...(program.average && { average: made(end) }),
    };
    this.#statistics = {
      value: made(statisticsEnd),
      ...(program.averageStatistics && { average: made(statisticsEnd) }),
    };
    const levels = levelsOf(program.input.pixels);
    this.#levels = device.buffer(levels.byteLength, kinds, 'The pixels of this network');
    device.queue.writeBuffer(this.#levels, 0, levels);
    const job = (what: string, more = 0) => new Growing(device, usage.copyTarget | more, what);
    this.#job = {
      rows: job('The rows of a request', usage.storage),
      records: job('The augmentation of a request', usage.storage),
      targets: job('The targets of a request', usage.storage),
      steps: job('The steps of a request', usage.uniform),
      results: job('The results of a request', usage.storage | usage.copySource),
      staging: job('The results of a request', usage.mapRead),
    };
  }

  async train(request: TrainRequest): Promise<Float32Array> {
    const { images, indices, batchSize, augmentation } = request;
    checkTrainRequest(this.#program, request);
    const held = this.#context.locate(images);
    if (indices.length === 0) return new Float32Array();
    const classes = this.#program.outputWidth;
    const batch = await this.#batchFor('train', Math.min(batchSize, indices.length), augmentation);
    const soft = softTargets(request, classes);
    const weights = rowWeights(request);
    this.#read.clear();
    return this.#device.guard(() => {
      this.#job.rows.write(rowWords(indices, (row) => request.labels[indices[row]], weights));
      if (soft) this.#job.targets.write(soft);
      if (augmentation) this.#job.records.write(rowRecords(request, indices.length, images.shape));
      const targets = smoothedTargets(request.labelSmoothing ?? 0, classes);
      this.#job.steps.write(writeSteps(request, indices.length, targets, soft !== undefined));
      this.#encode(batch, held, 'value', indices.length, batchSize, indices.length);
      return this.#fetchResults(indices.length);
    });
  }

  async infer(images: DeviceImages, indices: Uint32Array, options: InferOptions = {}): Promise<Float32Array> {
    checkInferRequest(this.#program, images, indices, options);
    const { classes, weights = 'value', batches } = options;
    const held = this.#context.locate(images);
    const { outputWidth } = this.#program;
    const results = new Float32Array(indices.length * outputWidth);
    const largest = INFER_ROWS.find((rows) => rows >= indices.length) ?? INFER_ROWS[INFER_ROWS.length - 1];
    const batchSize = batches?.batchSize ?? this.#affordable(largest);
    const batch = await this.#batchFor('infer', batchSize, batches?.augmentation);
    const perSlice = Math.max(1, Math.floor(INFER_BYTES / (4 * outputWidth * batchSize))) * batchSize;
    for (let from = 0; from < indices.length; from += perSlice) {
      const slice = indices.subarray(from, from + perSlice);
      const firstStep = (batches?.firstStep ?? 0) + from / batchSize;
      const values = await this.#device.guard(() => {
        this.#job.rows.write(rowWords(slice, (row) => classes?.[from + row] ?? 0));
        const asked = { indices: slice, batchSize, firstStep, augmentation: batches?.augmentation };
        if (batches?.augmentation) this.#job.records.write(rowRecords(asked, slice.length, images.shape));
        this.#job.steps.write(writeSteps(asked, slice.length));
        this.#encode(batch, held, weights, slice.length, batchSize, slice.length * outputWidth);
        return this.#fetchResults(slice.length * outputWidth);
      });
      results.set(values, from * outputWidth);
    }
    return results;
  }

  /** Images of an inference batch whose tensors stay within bounds. */
  #affordable(rows: number): number {
    const { layers } = this.#program.plan;
    const widest = layers.reduce((sum, { in: inputs, out }) => sum + inputs + 3 * out, 0);
    return Math.max(1, Math.min(rows, Math.floor(INFER_BYTES / (4 * widest))));
  }

  /** Encodes and submits every batch of a job, and the copy of its results. */
  #encode(
    batch: Batch,
    held: HeldImages,
    weights: 'value' | 'average',
    count: number,
    batchSize: number,
    results: number,
  ): void {
    this.#job.results.reserve(4 * results);
    this.#job.staging.reserve(4 * results);
    // All are bound, also those that are not read: a buffer that a request does not use has a few bytes.
    for (const unused of [this.#job.targets, this.#job.records]) unused.reserve(4);
    const { queue } = this.#device;
    const groups = batch.bind(this.#buffersFor(held, weights));
    const steps = Math.ceil(count / batchSize);
    const together = Math.max(
      1,
      Math.min(SUBMIT_STEPS, Math.floor(SUBMIT_PRODUCTS / (batchSize * batch.products))),
    );
    for (let step = 0; step < steps; step += together) {
      const encoder = this.#device.encoder();
      const pass = encoder.beginComputePass();
      for (let i = step; i < Math.min(step + together, steps); i++)
        batch.encode(pass, groups, i, Math.min(batchSize, count - i * batchSize));
      pass.end();
      if (step + together >= steps)
        encoder.copyBufferToBuffer(this.#job.results.buffer, 0, this.#job.staging.buffer, 0, 4 * results);
      queue.submit([encoder.finish()]);
    }
  }

  #buffersFor(held: HeldImages, weights: 'value' | 'average') {
    const { averageStatistics } = this.#program;
    const statistics = averageStatistics ? this.#statistics[weights] : this.#statistics.value;
    const value = this.#roles[weights];
    if (!value || !statistics)
      throw new CoutureError('usage', `The ${weights} of the weights is not kept by this program.`);
    return {
      ...this.#roles,
      value,
      statistics,
      ...(this.#statistics.average && { averageStatistics: this.#statistics.average }),
      images: held.buffer,
      levels: this.#levels,
      rows: this.#job.rows.buffer,
      records: this.#job.records.buffer,
      targets: this.#job.targets.buffer,
      results: this.#job.results.buffer,
      step: this.#job.steps.buffer,
    };
  }

  #fetchResults(count: number): Promise<Float32Array<ArrayBuffer>> {
    return this.#device.fetch(this.#job.staging.buffer, 4 * count);
  }

  /** The batch of a job, made by the first job of its kind. */
  #batchFor(kind: Kind, rows: number, augmentation: unknown): Promise<Batch> {
    const augmented = augmentation !== undefined;
    const known = this.#batches.get(`${kind} ${rows} ${augmented}`);
    if (known !== undefined) return known;
    const ops: readonly Op[] = this.#program[kind];
    const made = makeBatch(this.#device, {
      program: this.#program,
      weights: this.#places,
      ops,
      rows,
      augmented,
    });
    this.#batches.set(`${kind} ${rows} ${augmented}`, made);
    return made;
  }

  async read(name: string, role: TensorRole = 'value'): Promise<Float32Array> {
    const { parameter, place, buffer } = this.#find(name, role);
    const known = this.#read.get(buffer);
    if (known) return unpack(parameter, place, known);
    const all = await this.#device.guard(() => {
      this.#job.staging.reserve(buffer.size);
      const encoder = this.#device.encoder();
      encoder.copyBufferToBuffer(buffer, 0, this.#job.staging.buffer, 0, buffer.size);
      this.#device.queue.submit([encoder.finish()]);
      return this.#device.fetch(this.#job.staging.buffer, buffer.size);
    });
    this.#read.set(buffer, all);
    return unpack(parameter, place, all);
  }

  async write(name: string, values: Float32Array, role: TensorRole = 'value'): Promise<void> {
    const { parameter, place, buffer } = this.#find(name, role);
    const size = parameter.shape.reduce((product, n) => product * n, 1);
    if (values.length !== size)
      throw new CoutureError('usage', `${name} must have ${size} values, not ${values.length}.`);
    this.#device.check();
    this.#read.delete(buffer);
    this.#device.queue.writeBuffer(buffer, 16 * place, pack(parameter, values));
  }

  #find(name: string, role: TensorRole): { parameter: ParameterSpec; place: number; buffer: GPUBuffer } {
    const parameter = findParameter(this.#program.plan, name);
    const buffer = (parameter.trained ? this.#roles : this.#statistics)[role];
    // The gradient buffer of a network with norms may exist only for the norms.
    const kept = role !== 'gradient' || this.#program.train.some((op) => op.op === 'weightGradient');
    if (!buffer || !kept)
      throw new CoutureError('usage', `The ${role} of ${name} is not kept by this program.`);
    return { parameter, buffer, place: this.#places.layers[parameter.layer][parameter.part] };
  }

  dispose(): void {
    for (const buffer of [...Object.values(this.#roles), ...Object.values(this.#statistics)])
      buffer.destroy();
    this.#levels.destroy();
    for (const growing of Object.values(this.#job)) growing.dispose();
    for (const batch of this.#batches.values())
      batch.then(
        (made) => made.dispose(),
        () => {},
      );
    this.#batches.clear();
    this.#read.clear();
  }
}
