/** The reference backend: runs a program op by op over plain arrays. */

import { CoutureError } from '../../core/errors.ts';
import type { DenseLayer } from '../../model/dense-layer.ts';
import { findParameter, type Part } from '../../model/plan.ts';
import type { Op, Program } from '../../model/program.ts';
import { augmentedImage } from '../augmented-image.ts';
import type {
  Augmentation,
  Backend,
  DeviceImages,
  InferOptions,
  Session,
  TensorRole,
  TrainRequest,
} from '../backend.ts';
import { optimizerConstants, smoothedTargets, stepScalars } from '../scalars.ts';
import { softTargets } from '../targets.ts';
import * as layers from './layers.ts';
import * as ops from './ops.ts';
import {
  adamStep,
  averageStep,
  clipFactor,
  lassoStep,
  lionStep,
  scaleGradient,
  sgdStep,
} from './optimizers.ts';
import { type Batch, type LayerTensors, makeBatch, makeTensors } from './tensors.ts';

interface HostImages extends DeviceImages {
  readonly bytes: Uint8Array;
}

export function createReferenceBackend(): Backend {
  const held = new WeakMap<DeviceImages, HostImages>();
  return {
    info: { name: 'reference', variant: 'plain', threads: 1 },
    upload(images, size) {
      const device: HostImages = { bytes: images.slice(), size, length: images.length / size, dispose() {} };
      held.set(device, device);
      return device;
    },
    createSession: (program) => new ReferenceSession(program, held),
    dispose: () => Promise.resolve(),
  };
}

class ReferenceSession implements Session {
  readonly #program: Program;
  readonly #held: WeakMap<DeviceImages, HostImages>;
  readonly #tensors: readonly LayerTensors[];

  constructor(program: Program, held: WeakMap<DeviceImages, HostImages>) {
    this.#program = program;
    this.#held = held;
    this.#tensors = program.plan.layers.map(makeTensors);
  }

  async train(request: TrainRequest): Promise<Float32Array> {
    const { indices, batchSize, labelSmoothing = 0 } = request;
    const losses = new Float32Array(indices.length);
    const scalars = stepScalars(request);
    const classes = this.#program.outputWidth;
    const smoothed = smoothedTargets(labelSmoothing, classes);
    const soft = softTargets(request, classes);
    const net = this.#network('value');
    for (let step = 0; step * batchSize < indices.length; step++) {
      const from = step * batchSize;
      const batch = makeBatch(this.#program.plan, indices.subarray(from, from + batchSize));
      for (const op of this.#program.train) {
        if (op.op === 'nllGradient') {
          const labels = Uint8Array.from(batch.indices, (image) => request.labels[image]);
          const share = Math.fround(1 / batch.rows);
          const targets = soft?.subarray(from * classes);
          if (targets) this.#softBackward(batch, { targets, share }, losses.subarray(from));
          else this.#nllBackward(batch, { labels, ...smoothed, share }, losses.subarray(from));
        } else if (op.op === 'update' || op.op === 'weightGradientUpdate') {
          if (op.op === 'weightGradientUpdate') layers.weightGradient(net, op.layer, batch);
          else if (op.clipped) this.#clip(op.layer, ['weight', 'bias'], batch);
          this.#update(op.layer, ['weight', 'bias'], request, scalars, step);
        } else if (op.op === 'normUpdate') {
          if (op.clipped) this.#clip(op.layer, ['scale', 'shift'], batch);
          this.#update(op.layer, ['scale', 'shift'], request, scalars, step);
          if (this.#program.averageStatistics) this.#averageStatistics(op.layer, scalars, step);
        } else if (op.op === 'gather' && request.augmentation) {
          this.#gatherAugmented(batch, request.images, request.augmentation, request.firstStep + step);
        } else {
          const random = { key: request.dropoutKey, step: request.firstStep + step };
          this.#run(op, net, batch, request.images, random);
        }
      }
    }
    return losses;
  }

  #gatherAugmented(batch: Batch, images: DeviceImages, augmentation: Augmentation, step: number): void {
    const bytes = this.#bytes(images);
    const augmented = new Uint8Array(batch.rows * images.size);
    const all = Uint32Array.from({ length: batch.rows }, (_, row) => row);
    for (const row of all)
      augmented.set(augmentedImage(bytes, batch.indices, augmentation, row, step), row * images.size);
    ops.gather(augmented, images.size, all, batch.y[0]);
  }

  #update(
    layer: number,
    parts: readonly Part[],
    { optimizer }: TrainRequest,
    scalars: Float32Array,
    step: number,
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
      if (optimizer.name === 'sgd') sgdStep(tensors, constants, scalars, step);
      else if (optimizer.name === 'lion') lionStep(tensors, constants, scalars, step);
      else adamStep(tensors, constants, scalars, step);
      if (optimizer.name === 'sgd' && optimizer.lasso && part === 'weight')
        lassoStep(value.weight, constants, scalars, step);
      if (this.#program.average) averageStep(average[part], value[part], scalars, step);
    }
  }

  #averageStatistics(layer: number, scalars: Float32Array, step: number): void {
    const { value, average } = this.#tensors[layer];
    for (const part of ['runningMean', 'runningVariance'] as const)
      averageStep(average[part], value[part], scalars, step);
  }

  #clip(layer: number, parts: readonly Part[], batch: Batch): void {
    for (const part of parts) scaleGradient(this.#tensors[layer].gradient[part], batch.clipFactor);
  }

  async infer(
    images: DeviceImages,
    indices: Uint32Array,
    { classes, weights = 'value', view }: InferOptions = {},
  ): Promise<Float32Array> {
    const { infer, outputWidth } = this.#program;
    const net = this.#network(weights);
    const result = new Float32Array(indices.length * outputWidth);
    const rows = view?.batchSize ?? 64;
    for (let from = 0; from < indices.length; from += rows) {
      const batch = makeBatch(this.#program.plan, indices.subarray(from, from + rows));
      const output = result.subarray(from * outputWidth);
      for (const op of infer) {
        if (op.op === 'logSoftmax') ops.logSoftmaxForward(batch.y.at(-1)!, batch.rows, outputWidth, output);
        else if (op.op === 'activations') output.set(batch.y[op.layer + 1]);
        else if (op.op === 'pixelGradient') output.set(batch.dx);
        else if (op.op === 'logProbabilityGradient') {
          const labels = classes?.subarray(from) ?? new Uint8Array(batch.rows);
          this.#nllBackward(batch, { labels, own: 1, other: 0, share: -1 }, new Float32Array(batch.rows));
        } else if (op.op === 'gather' && view?.augmentation) {
          this.#gatherAugmented(batch, images, view.augmentation, view.firstStep + from / rows);
        } else this.#run(op, net, batch, images);
      }
    }
    return result;
  }

  #nllBackward(batch: Batch, targets: ops.Targets, losses: Float32Array): void {
    const { out } = this.#program.plan.layers.at(-1) as DenseLayer;
    ops.nllBackward(batch.y.at(-1)!, batch.rows, out, targets, losses, batch.dz.at(-1)!);
  }

  #softBackward(batch: Batch, targets: ops.SoftTargets, losses: Float32Array): void {
    const { out } = this.#program.plan.layers.at(-1) as DenseLayer;
    ops.softBackward(batch.y.at(-1)!, batch.rows, out, targets, losses, batch.dz.at(-1)!);
  }

  /** The network with the weights of a role. */
  #network(role: layers.Network['role']): layers.Network {
    const { plan, averageStatistics } = this.#program;
    return { plan, tensors: this.#tensors, role, averageStatistics };
  }

  #run(op: Op, net: layers.Network, batch: Batch, images: DeviceImages, random?: layers.RandomStep): void {
    // Dropout is of training alone.
    const drawn = 'training' in op && !op.training ? undefined : random;
    if (op.op === 'gather') ops.gather(this.#bytes(images), images.size, batch.indices, batch.y[0]);
    else if (op.op === 'linear') layers.linear(net, op.layer, batch, drawn);
    else if (op.op === 'inputGradient') layers.inputGradient(net, op.layer, batch, drawn);
    else if (op.op === 'weightGradient') layers.weightGradient(net, op.layer, batch);
    else if (op.op === 'activate') layers.activate(net, op.layer, batch, drawn);
    else if (op.op === 'activateGradient') layers.activateGradient(net, op.layer, batch, drawn);
    else if (op.op === 'normalize') layers.normalize(net, op.layer, batch, op.training);
    else if (op.op === 'affineGradient') layers.affineGradient(net, op.layer, batch);
    else if (op.op === 'normalizeGradient') layers.normalizeGradient(net, op.layer, batch, op.training);
    else if (op.op === 'gradientSquares') layers.gradientSquares(net, op.layer, batch);
    else if (op.op === 'clipFactor') batch.clipFactor = clipFactor(batch.squares, op.largest);
    else throw new CoutureError('backend', `The reference backend has no op ${op.op} here.`);
  }

  #bytes(images: DeviceImages): Uint8Array {
    const host = this.#held.get(images);
    if (!host) throw new CoutureError('backend', 'These images were uploaded to another backend.');
    return host.bytes;
  }

  #tensor(parameter: string, role: TensorRole): Float32Array {
    const { layer, part } = findParameter(this.#program.plan, parameter);
    return this.#tensors[layer][role][part];
  }

  read(parameter: string, role: TensorRole = 'value'): Float32Array {
    return this.#tensor(parameter, role).slice();
  }

  write(parameter: string, values: Float32Array, role: TensorRole = 'value'): void {
    this.#tensor(parameter, role).set(values);
  }

  dispose(): void {}
}
