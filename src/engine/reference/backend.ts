/** The reference backend: runs a program op by op over plain arrays. */

import { countUp } from '../../core/count-up.ts';
import { CoutureError } from '../../core/errors.ts';
import { imageSize, toPlanes } from '../../data/image-shape.ts';
import { findParameter } from '../../model/find-parameter.ts';
import type { TensorPart } from '../../model/plan.ts';
import type { Op, Program } from '../../model/program.ts';
import { augmentedPlanes } from '../augmented-image.ts';
import type {
  Augmentation,
  Backend,
  DeviceImages,
  InferOptions,
  Session,
  TensorRole,
  TrainRequest,
} from '../backend.ts';
import { checkMemory, REFERENCE_BYTES } from '../check-memory.ts';
import { checkInferRequest, checkSize, checkTrainRequest, countImages } from '../check-request.ts';
import { optimizerConstants, smoothedTargets, stepScalars } from '../scalars.ts';
import { rowWeights, softTargets } from '../targets.ts';
import * as layers from './layers.ts';
import * as ops from './ops.ts';
import {
  adamStep,
  averageStep,
  clipFactor,
  lassoStep,
  lionStep,
  markDiverged,
  scaleGradient,
  sgdStep,
} from './optimizers.ts';
import { type Batch, bytesOf, type LayerTensors, makeBatch, makeTensors } from './tensors.ts';

interface HostImages extends DeviceImages {
  /** [image, channel, height, width] */
  readonly planes: Uint8Array;
}

/** @param memory bytes of this machine */
export function createReferenceBackend(memory = Number.POSITIVE_INFINITY): Backend {
  const limit = Math.min(memory, REFERENCE_BYTES);
  const held = new WeakMap<DeviceImages, HostImages>();
  return {
    info: { name: 'reference', variant: 'plain', threads: 1 },
    async upload(images, shape) {
      const length = countImages(images, shape);
      const planes = toPlanes(images.slice(), shape);
      const device: HostImages = { planes, shape, length, dispose: () => void held.delete(device) };
      held.set(device, device);
      return device;
    },
    createSession: async (program, { batchSize = 0 } = {}) => {
      checkMemory(bytesOf(program.plan, batchSize), limit);
      return new ReferenceSession(program, held);
    },
    dispose: () => Promise.resolve(),
  };
}

/** The data of an op; in training also the request and its step. */
interface Run {
  readonly net: layers.NetworkTensors;
  readonly batch: Batch;
  readonly images: DeviceImages;
  readonly augmentation: Augmentation | undefined;
  /** The optimizer's step, counted over the run. */
  readonly step: number;
  readonly training?: TrainingStep;
  readonly inference?: InferenceBatch;
}

interface TrainingStep {
  readonly request: TrainRequest;
  /** See `stepScalars`. */
  readonly scalars: Float32Array;
  /** Steps of the request before this one. */
  readonly index: number;
  readonly smoothed: { readonly own: number; readonly other: number };
  /** Targets of the batch's rows, if labels do not define them. */
  readonly soft: Float32Array | undefined;
  /** Weights of these rows' losses; all 1 without. */
  readonly weights: Float32Array | undefined;
  readonly losses: Float32Array;
}

interface InferenceBatch {
  readonly classes: Uint16Array | undefined;
  /** The rest of the result, from the batch on. */
  readonly output: Float32Array;
}

class ReferenceSession implements Session {
  readonly #program: Program;
  readonly #held: WeakMap<DeviceImages, HostImages>;
  readonly #tensors: readonly LayerTensors[];
  #disposed = false;

  constructor(program: Program, held: WeakMap<DeviceImages, HostImages>) {
    this.#program = program;
    this.#held = held;
    this.#tensors = program.plan.layers.map(makeTensors);
  }

  async train(request: TrainRequest): Promise<Float32Array> {
    this.#checkAlive();
    checkTrainRequest(this.#program, request);
    const { indices, batchSize, images, augmentation, firstStep } = request;
    const losses = new Float32Array(indices.length);
    const classes = this.#program.outputWidth;
    const soft = softTargets(request, classes);
    const allWeights = rowWeights(request);
    const common = {
      request,
      scalars: stepScalars(request),
      smoothed: smoothedTargets(request.labelSmoothing ?? 0, classes),
    };
    const net = this.#network('value');
    for (let index = 0; index * batchSize < indices.length; index++) {
      const from = index * batchSize;
      const batch = makeBatch(this.#program.plan, indices.subarray(from, from + batchSize));
      const targets = soft?.subarray(from * classes);
      const weights = allWeights?.subarray(from);
      const training = { ...common, index, soft: targets, weights, losses: losses.subarray(from) };
      const step = firstStep + index;
      for (const op of this.#program.train)
        this.#run(op, { net, batch, images, augmentation, step, training });
    }
    return losses;
  }

  async infer(images: DeviceImages, indices: Uint32Array, options: InferOptions = {}): Promise<Float32Array> {
    this.#checkAlive();
    checkInferRequest(this.#program, images, indices, options);
    const { classes, weights = 'value', batches } = options;
    const { infer, outputWidth, plan } = this.#program;
    const net = this.#network(weights);
    const result = new Float32Array(indices.length * outputWidth);
    const rows = batches?.batchSize ?? 64;
    for (let from = 0; from < indices.length; from += rows) {
      const batch = makeBatch(plan, indices.subarray(from, from + rows));
      const inference = { classes: classes?.subarray(from), output: result.subarray(from * outputWidth) };
      const step = (batches?.firstStep ?? 0) + from / rows;
      const { augmentation } = batches ?? {};
      for (const op of infer) this.#run(op, { net, batch, images, augmentation, step, inference });
    }
    return result;
  }

  /** The network with the weights of a role. */
  #network(role: layers.NetworkTensors['role']): layers.NetworkTensors {
    const { plan, averageStatistics } = this.#program;
    return { plan, tensors: this.#tensors, role, averageStatistics };
  }

  #run(op: Op, run: Run): void {
    const { net, batch, training, inference } = run;
    const random = training && { key: training.request.dropoutKey, step: run.step };
    // Only training has dropout.
    const drawn = 'training' in op && !op.training ? undefined : random;
    switch (op.op) {
      case 'gather':
        this.#gather(op, run);
        break;
      case 'linear':
        layers.linear(net, op.layer, batch, drawn);
        break;
      case 'inputGradient':
        layers.inputGradient(net, op.layer, batch, drawn);
        break;
      case 'weightGradient':
        layers.weightGradient(net, op.layer, batch);
        break;
      case 'activate':
        layers.activate(net, op.layer, batch, op.byBatch, drawn);
        break;
      case 'activateGradient':
        layers.activateGradient(net, op.layer, batch, op.byBatch, drawn);
        break;
      case 'normalize':
        layers.normalize(net, op.layer, batch, op.byBatch);
        break;
      case 'affineGradient':
        layers.affineGradient(net, op.layer, batch);
        break;
      case 'normalizeGradient':
        layers.normalizeGradient(net, op.layer, batch, op.byBatch);
        break;
      case 'gradientSquares':
        layers.gradientSquares(net, op.layer, batch);
        break;
      case 'clipFactor':
        batch.clipFactor = clipFactor(batch.squares, op.largest);
        break;
      case 'nllGradient':
        this.#lossGradient(batch, needed(training, op));
        break;
      case 'weightGradientUpdate':
        layers.weightGradient(net, op.layer, batch);
        this.#update(op.layer, ['weight', 'bias'], needed(training, op));
        break;
      case 'update':
        if (op.clipped) this.#clip(op.layer, ['weight', 'bias'], batch);
        this.#update(op.layer, ['weight', 'bias'], needed(training, op));
        break;
      case 'normUpdate':
        if (op.clipped) this.#clip(op.layer, ['scale', 'shift'], batch);
        this.#update(op.layer, ['scale', 'shift'], needed(training, op));
        if (this.#program.averageStatistics) this.#averageStatistics(op.layer, needed(training, op));
        break;
      case 'logSoftmax':
        ops.logSoftmaxForward(
          batch.y[batch.y.length - 1],
          batch.rows,
          this.#program.outputWidth,
          needed(inference, op).output,
        );
        break;
      case 'logProbabilityGradient': {
        const labels = needed(inference, op).classes ?? new Uint16Array(batch.rows);
        const targets = { labels, own: 1, other: 0, share: -1 };
        this.#nllBackward(batch, targets, new Float32Array(batch.rows));
        break;
      }
      case 'activations':
        needed(inference, op).output.set(batch.y[op.layer + 1]);
        break;
      case 'pixelGradient':
        needed(inference, op).output.set(batch.dx);
        break;
      default:
        op satisfies never;
    }
  }

  #gather(op: Extract<Op, { op: 'gather' }>, { batch, images, augmentation, step }: Run): void {
    const planes = this.#planes(images);
    if (augmentation === undefined) {
      ops.gather(planes, op, batch.indices, batch.y[0]);
      return;
    }
    const size = imageSize(images.shape);
    const augmented = new Uint8Array(batch.rows * size);
    const all = countUp(batch.rows);
    const planesOf = (row: number) =>
      planes.subarray(batch.indices[row] * size, (batch.indices[row] + 1) * size);
    for (const place of all) {
      const image = augmentedPlanes(planesOf, images.shape, batch.rows, augmentation, { place, step });
      augmented.set(image, place * size);
    }
    ops.gather(augmented, op, all, batch.y[0]);
  }

  #lossGradient(batch: Batch, { request, smoothed, soft, weights, losses }: TrainingStep): void {
    const share = Math.fround(1 / batch.rows);
    if (soft) {
      this.#softBackward(batch, { targets: soft, share, weights }, losses);
      return;
    }
    const labels = Uint16Array.from(batch.indices, (image) => request.labels[image]);
    this.#nllBackward(batch, { labels, ...smoothed, share, weights }, losses);
  }

  #nllBackward(batch: Batch, targets: ops.Targets, losses: Float32Array): void {
    ops.nllBackward(lastOf(batch.y), batch.rows, this.#classes, targets, losses, lastOf(batch.dz));
  }

  #softBackward(batch: Batch, targets: ops.SoftTargets, losses: Float32Array): void {
    ops.softBackward(lastOf(batch.y), batch.rows, this.#classes, targets, losses, lastOf(batch.dz));
  }

  get #classes(): number {
    return lastOf(this.#program.plan.layers).out;
  }

  #update(
    layer: number,
    parts: readonly TensorPart[],
    { request: { optimizer }, scalars, index, losses }: TrainingStep,
  ): void {
    const constants = optimizerConstants(optimizer);
    const { value, gradient, firstMoment, secondMoment, average } = this.#tensors[layer];
    for (const part of parts) {
      const tensors = {
        value: value[part],
        gradient: gradient[part],
        firstMoment: firstMoment[part],
        secondMoment: secondMoment[part],
      };
      if (optimizer.name === 'sgd') sgdStep(tensors, constants, scalars, index);
      else if (optimizer.name === 'lion') lionStep(tensors, constants, scalars, index);
      else adamStep(tensors, constants, scalars, index);
      if (optimizer.name === 'sgd' && optimizer.lasso && part === 'weight')
        lassoStep(value.weight, constants, scalars, index);
      markDiverged(value[part], losses);
      if (this.#program.average) averageStep(average[part], value[part], scalars, index);
    }
  }

  #averageStatistics(layer: number, { scalars, index }: TrainingStep): void {
    const { value, average } = this.#tensors[layer];
    for (const part of ['runningMean', 'runningVariance'] as const)
      averageStep(average[part], value[part], scalars, index);
  }

  #clip(layer: number, parts: readonly TensorPart[], batch: Batch): void {
    for (const part of parts) scaleGradient(this.#tensors[layer].gradient[part], batch.clipFactor);
  }

  #planes(images: DeviceImages): Uint8Array {
    const host = this.#held.get(images);
    if (!host)
      throw new CoutureError('usage', 'These images were uploaded to another backend or disposed of.');
    return host.planes;
  }

  #tensor(parameter: string, role: TensorRole): Float32Array {
    this.#checkAlive();
    const { layer, part } = findParameter(this.#program.plan, parameter);
    return this.#tensors[layer][role][part];
  }

  async read(parameter: string, role: TensorRole = 'value'): Promise<Float32Array> {
    return this.#tensor(parameter, role).slice();
  }

  async write(parameter: string, values: Float32Array, role: TensorRole = 'value'): Promise<void> {
    const tensor = this.#tensor(parameter, role);
    checkSize(findParameter(this.#program.plan, parameter), values);
    tensor.set(values);
  }

  #checkAlive(): void {
    if (this.#disposed) throw new CoutureError('usage', 'This network has been disposed of.');
  }

  dispose(): void {
    this.#disposed = true;
  }
}

function lastOf<Item>(items: readonly Item[]): Item {
  return items[items.length - 1];
}

/** A part that only training has, or only inference. */
function needed<Part>(part: Part | undefined, { op }: Op): Part {
  if (part !== undefined) return part;
  throw new CoutureError('backend', `The op ${op} is in the wrong program.`);
}
