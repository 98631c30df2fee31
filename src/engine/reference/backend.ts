/** The reference backend: runs a program op by op over plain arrays. */

import { CoutureError } from '../../core/errors.ts';
import type { DenseLayer, Op, Program } from '../../model/program.ts';
import type { Backend, DeviceImages, InferOptions, Session, TensorRole, TrainRequest } from '../backend.ts';
import { dropoutScalars, optimizerConstants, smoothedTargets, stepScalars } from '../scalars.ts';
import * as ops from './ops.ts';
import { adamStep, averageStep, sgdStep } from './optimizers.ts';

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

/** One Linear's tensors: `weight` and `bias` under each role. */
type LayerTensors = Record<TensorRole, { weight: Float32Array; bias: Float32Array }>;

/** What one batch flows through; y[0] is the input, y[l + 1] the output of layer l. */
interface Batch {
  readonly rows: number;
  readonly indices: Uint32Array;
  readonly y: Float32Array[];
  readonly dz: Float32Array[];
  /** Gradient with respect to the input. */
  readonly dx: Float32Array;
}

class ReferenceSession implements Session {
  readonly #program: Program;
  readonly #held: WeakMap<DeviceImages, HostImages>;
  readonly #tensors: LayerTensors[];
  /** The weights that forward and backward read. */
  #role: 'value' | 'average' = 'value';

  constructor(program: Program, held: WeakMap<DeviceImages, HostImages>) {
    this.#program = program;
    this.#held = held;
    this.#tensors = program.plan.layers.map((layer) => {
      const pair = () => ({
        weight: new Float32Array(layer.out * layer.in),
        bias: new Float32Array(layer.out),
      });
      return {
        value: pair(),
        gradient: pair(),
        firstMoment: pair(),
        secondMoment: pair(),
        average: pair(),
      };
    });
  }

  async train(request: TrainRequest): Promise<Float32Array> {
    const { indices, batchSize, labelSmoothing = 0 } = request;
    const losses = new Float32Array(indices.length);
    const scalars = stepScalars(request);
    const targets = smoothedTargets(labelSmoothing, this.#program.outputWidth);
    for (let step = 0; step * batchSize < indices.length; step++) {
      const from = step * batchSize;
      const batch = this.#batch(indices.subarray(from, from + batchSize));
      for (const op of this.#program.train) {
        if (op.op === 'nllGradient') {
          const labels = Uint8Array.from(batch.indices, (image) => request.labels[image]);
          const share = Math.fround(1 / batch.rows);
          this.#nllBackward(batch, { labels, ...targets, share }, losses.subarray(from));
        } else if (op.op === 'update' || op.op === 'weightGradientUpdate') {
          if (op.op === 'weightGradientUpdate') this.#weightGradient(op.layer, batch);
          this.#update(op.layer, request, scalars, step);
        } else {
          this.#run(op, batch, request.images, { key: request.dropoutKey, step: request.firstStep + step });
        }
      }
    }
    return losses;
  }

  #update(layer: number, { optimizer }: TrainRequest, scalars: Float32Array, step: number): void {
    const constants = optimizerConstants(optimizer);
    const { value, gradient, firstMoment, secondMoment, average } = this.#tensors[layer];
    for (const part of ['weight', 'bias'] as const) {
      const tensors = {
        value: value[part],
        gradient: gradient[part],
        firstMoment: firstMoment[part],
        secondMoment: secondMoment[part],
      };
      if (optimizer.name === 'sgd') sgdStep(tensors, constants, scalars, step);
      else adamStep(tensors, constants, scalars, step);
      if (this.#program.average) averageStep(average[part], value[part], scalars, step);
    }
  }

  async infer(
    images: DeviceImages,
    indices: Uint32Array,
    { classes, weights = 'value' }: InferOptions = {},
  ): Promise<Float32Array> {
    const { infer, outputWidth } = this.#program;
    this.#role = weights;
    const result = new Float32Array(indices.length * outputWidth);
    const rows = 64;
    for (let from = 0; from < indices.length; from += rows) {
      const batch = this.#batch(indices.subarray(from, from + rows));
      const output = result.subarray(from * outputWidth);
      for (const op of infer) {
        if (op.op === 'logSoftmax') ops.logSoftmaxForward(batch.y.at(-1)!, batch.rows, outputWidth, output);
        else if (op.op === 'activations') output.set(batch.y[op.layer + 1]);
        else if (op.op === 'pixelGradient') output.set(batch.dx);
        else if (op.op === 'logProbabilityGradient') {
          const labels = classes?.subarray(from) ?? new Uint8Array(batch.rows);
          this.#nllBackward(batch, { labels, own: 1, other: 0, share: -1 }, new Float32Array(batch.rows));
        } else this.#run(op, batch, images);
      }
    }
    this.#role = 'value';
    return result;
  }

  #nllBackward(batch: Batch, targets: ops.Targets, losses: Float32Array): void {
    const { out } = this.#program.plan.layers.at(-1) as DenseLayer;
    ops.nllBackward(batch.y.at(-1)!, batch.rows, out, targets, losses, batch.dz.at(-1)!);
  }

  #batch(indices: Uint32Array): Batch {
    const rows = indices.length;
    const { layers } = this.#program.plan;
    const y = [layers[0].in, ...layers.map((layer) => layer.out)].map(
      (width) => new Float32Array(rows * width),
    );
    return {
      rows,
      indices,
      y,
      dz: layers.map((layer) => new Float32Array(rows * layer.out)),
      dx: new Float32Array(rows * layers[0].in),
    };
  }

  #run(
    op: Op,
    batch: Batch,
    images: DeviceImages,
    random?: { key: readonly [number, number]; step: number },
  ): void {
    if (op.op === 'gather') ops.gather(this.#bytes(images), images.size, batch.indices, batch.y[0]);
    else if (op.op === 'linear') this.#linear(op.layer, batch, op.training ? random : undefined);
    else if (op.op === 'inputGradient') this.#inputGradient(op.layer, batch, random);
    else if (op.op === 'weightGradient') this.#weightGradient(op.layer, batch);
    else throw new CoutureError('backend', `The reference backend has no op ${op.op} here.`);
  }

  #linear(index: number, batch: Batch, random?: { key: readonly [number, number]; step: number }): void {
    const layer = this.#program.plan.layers[index];
    const { weight, bias } = this.#tensors[index][this.#role];
    const y = batch.y[index + 1];
    ops.linearForward({ rows: batch.rows, ...layer }, batch.y[index], weight, bias, y);
    if (layer.activation === 'relu') ops.reluForward(y, y.length);
    if (random && layer.dropout > 0) {
      ops.applyDropout(y, batch.rows, layer.out, {
        ...dropoutScalars(layer.dropout),
        ...random,
        layer: index,
      });
    }
  }

  #inputGradient(
    index: number,
    batch: Batch,
    random?: { key: readonly [number, number]; step: number },
  ): void {
    const layer = this.#program.plan.layers[index];
    const dx = index === 0 ? batch.dx : batch.dz[index - 1];
    ops.linearBackwardInput(
      { rows: batch.rows, ...layer },
      batch.dz[index],
      this.#tensors[index][this.#role].weight,
      dx,
    );
    if (index === 0) return;
    const below = this.#program.plan.layers[index - 1];
    const dropout = dropoutScalars(random ? below.dropout : 0);
    if (below.activation === 'relu') ops.reluBackward(dx, batch.y[index], dropout.scale, dx.length);
    else if (random && below.dropout > 0) {
      ops.applyDropout(dx, batch.rows, below.out, { ...dropout, ...random, layer: index - 1 });
    }
  }

  #weightGradient(index: number, batch: Batch): void {
    const { weight, bias } = this.#tensors[index].gradient;
    const shape = { rows: batch.rows, ...this.#program.plan.layers[index] };
    ops.linearBackwardWeight(shape, batch.y[index], batch.dz[index], weight, bias);
  }

  #bytes(images: DeviceImages): Uint8Array {
    const host = this.#held.get(images);
    if (!host) throw new CoutureError('backend', 'These images were uploaded to another backend.');
    return host.bytes;
  }

  #tensor(parameter: string, role: TensorRole): Float32Array {
    const [name, part] = parameter.split('.');
    const index = this.#program.plan.layers.findIndex((layer) => layer.name === name);
    if (index < 0 || (part !== 'weight' && part !== 'bias')) {
      throw new CoutureError('usage', `This network has no parameter ${parameter}.`);
    }
    return this.#tensors[index][role][part];
  }

  read(parameter: string, role: TensorRole = 'value'): Float32Array {
    return this.#tensor(parameter, role).slice();
  }

  write(parameter: string, values: Float32Array, role: TensorRole = 'value'): void {
    this.#tensor(parameter, role).set(values);
  }

  dispose(): void {}
}
