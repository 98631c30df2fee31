/** The reference backend: runs a program op by op over plain arrays. */

import { CoutureError } from '../../core/errors.ts';
import {
  type DenseLayer,
  findParameter,
  isApart,
  needsActivate,
  normsProduct,
  normWidth,
  type Op,
  type Part,
  type Program,
  skipEnd,
} from '../../model/program.ts';
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
import { dropoutScalars, optimizerConstants, smoothedTargets, stepScalars } from '../scalars.ts';
import { softTargets } from '../targets.ts';
import { activate, derivative } from './activations.ts';
import {
  layerNormBackward,
  layerNormForward,
  type NormTensors,
  normBackward,
  normForward,
  scaleBackward,
} from './norm.ts';
import * as ops from './ops.ts';
import {
  adamStep,
  averageStep,
  clipFactor,
  lassoStep,
  lionStep,
  scaleGradient,
  sgdStep,
  squaresOf,
} from './optimizers.ts';

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

/** One layer's tensors under each role; parts that the layer does not have are empty. */
type LayerTensors = Record<TensorRole, Record<Part, Float32Array>>;

/** What one batch flows through; y[0] is the input, y[l + 1] the output of layer l. */
interface Batch {
  readonly rows: number;
  readonly indices: Uint32Array;
  readonly y: Float32Array[];
  /** What the product takes: the y below, or what a norm in front of the product makes of it. */
  readonly x: Float32Array[];
  /** Pre-activations, normalised where these are; y itself of layers that do not need `activate`. */
  readonly z: Float32Array[];
  /** Normalised values of layers with a norm: z, or those of x. */
  readonly normalised: Float32Array[];
  /** 1 / standard deviation that the norm divided by: of each feature, or of each row. */
  readonly inverse: Float32Array[];
  /** Gradients with respect to y, of layers below the last that are `apart`. */
  readonly dy: Float32Array[];
  readonly dz: Float32Array[];
  /** Gradient with respect to the input. */
  readonly dx: Float32Array;
  /** What `gradientSquares` gave, layer after layer. */
  readonly squares: number[];
  /** What `clipFactor` gave. */
  clipFactor: number;
}

/** Where in its stream dropout is. */
interface RandomStep {
  readonly key: readonly [number, number];
  readonly step: number;
}

/** A normalised value, scaled and shifted. */
function scaled({ scale, shift }: NormTensors, normalised: Float32Array, i: number): number {
  const j = i % scale.length;
  return Math.fround(Math.fround(normalised[i] * scale[j]) + shift[j]);
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
      const normed = layer.norm === 'none' ? 0 : normWidth(layer);
      const running = layer.norm === 'batch' ? normed : 0;
      const parts = () => ({
        weight: new Float32Array(layer.out * layer.in),
        bias: new Float32Array(layer.out),
        scale: new Float32Array(normed),
        shift: new Float32Array(normed),
        runningMean: new Float32Array(running),
        runningVariance: new Float32Array(running),
      });
      return {
        value: parts(),
        gradient: parts(),
        firstMoment: parts(),
        secondMoment: parts(),
        average: parts(),
      };
    });
  }

  async train(request: TrainRequest): Promise<Float32Array> {
    const { indices, batchSize, labelSmoothing = 0 } = request;
    const losses = new Float32Array(indices.length);
    const scalars = stepScalars(request);
    const classes = this.#program.outputWidth;
    const smoothed = smoothedTargets(labelSmoothing, classes);
    const soft = softTargets(request, classes);
    for (let step = 0; step * batchSize < indices.length; step++) {
      const from = step * batchSize;
      const batch = this.#batch(indices.subarray(from, from + batchSize));
      for (const op of this.#program.train) {
        if (op.op === 'nllGradient') {
          const labels = Uint8Array.from(batch.indices, (image) => request.labels[image]);
          const share = Math.fround(1 / batch.rows);
          const targets = soft?.subarray(from * classes);
          if (targets) this.#softBackward(batch, { targets, share }, losses.subarray(from));
          else this.#nllBackward(batch, { labels, ...smoothed, share }, losses.subarray(from));
        } else if (op.op === 'update' || op.op === 'weightGradientUpdate') {
          if (op.op === 'weightGradientUpdate') this.#weightGradient(op.layer, batch);
          else if (op.clipped) this.#clip(op.layer, ['weight', 'bias'], batch);
          this.#update(op.layer, ['weight', 'bias'], request, scalars, step);
        } else if (op.op === 'normUpdate') {
          if (op.clipped) this.#clip(op.layer, ['scale', 'shift'], batch);
          this.#update(op.layer, ['scale', 'shift'], request, scalars, step);
          if (this.#program.averageStatistics) this.#averageStatistics(op.layer, scalars, step);
        } else if (op.op === 'gather' && request.augmentation) {
          this.#gatherAugmented(batch, request, request.augmentation, request.firstStep + step);
        } else {
          this.#run(op, batch, request.images, { key: request.dropoutKey, step: request.firstStep + step });
        }
      }
    }
    return losses;
  }

  #gatherAugmented(batch: Batch, { images }: TrainRequest, augmentation: Augmentation, step: number): void {
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

  #gradientSquares(layer: number, batch: Batch): void {
    const { in: inputs, out } = this.#program.plan.layers[layer];
    const { weight, bias, scale, shift } = this.#tensors[layer].gradient;
    for (let o = 0; o < out; o++)
      batch.squares.push(squaresOf([...weight.subarray(o * inputs, (o + 1) * inputs), bias[o]]));
    scale.forEach((gradient, j) => {
      batch.squares.push(squaresOf([gradient, shift[j]]));
    });
  }

  #clip(layer: number, parts: readonly Part[], batch: Batch): void {
    for (const part of parts) scaleGradient(this.#tensors[layer].gradient[part], batch.clipFactor);
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

  #softBackward(batch: Batch, targets: ops.SoftTargets, losses: Float32Array): void {
    const { out } = this.#program.plan.layers.at(-1) as DenseLayer;
    ops.softBackward(batch.y.at(-1)!, batch.rows, out, targets, losses, batch.dz.at(-1)!);
  }

  #batch(indices: Uint32Array): Batch {
    const rows = indices.length;
    const { layers } = this.#program.plan;
    const values = (width: number) => new Float32Array(rows * width);
    const y = [layers[0].in, ...layers.map((layer) => layer.out)].map(values);
    const z = layers.map((layer, i) => (needsActivate(layer) ? values(layer.out) : y[i + 1]));
    return {
      rows,
      indices,
      y,
      x: layers.map((layer, i) => (layer.preNorm ? values(layer.in) : y[i])),
      z,
      normalised: layers.map((layer, i) => (layer.preNorm ? values(layer.in) : z[i])),
      inverse: layers.map((layer) => new Float32Array(layer.norm === 'layer' ? rows : normWidth(layer))),
      dy: layers.map((layer) => values(layer.out)),
      dz: layers.map((layer) => values(layer.out)),
      dx: values(layers[0].in),
      squares: [],
      clipFactor: 1,
    };
  }

  #run(op: Op, batch: Batch, images: DeviceImages, random?: RandomStep): void {
    if (op.op === 'gather') ops.gather(this.#bytes(images), images.size, batch.indices, batch.y[0]);
    else if (op.op === 'linear') this.#linear(op.layer, batch, op.training ? random : undefined);
    else if (op.op === 'activate') this.#activate(op.layer, batch, op.training ? random : undefined);
    else if (op.op === 'inputGradient') this.#inputGradient(op.layer, batch, random);
    else if (op.op === 'activateGradient')
      this.#activateGradient(op.layer, batch, op.training ? random : undefined);
    else if (op.op === 'weightGradient') this.#weightGradient(op.layer, batch);
    else if (op.op === 'gradientSquares') this.#gradientSquares(op.layer, batch);
    else if (op.op === 'clipFactor') batch.clipFactor = clipFactor(batch.squares, op.largest);
    else if (op.op === 'normalise') this.#normalise(op.layer, batch, op.training);
    else if (op.op === 'affineGradient') this.#affineGradient(op.layer, batch);
    else if (op.op === 'normaliseGradient') this.#normaliseGradient(op.layer, batch, op.training);
    else throw new CoutureError('backend', `The reference backend has no op ${op.op} here.`);
  }

  #linear(index: number, batch: Batch, random?: RandomStep): void {
    const layer = this.#program.plan.layers[index];
    const { weight, bias } = this.#tensors[index][this.#role];
    const y = batch.z[index];
    ops.linearForward({ rows: batch.rows, ...layer }, batch.x[index], weight, bias, y);
    if (needsActivate(layer)) return;
    if (layer.activation === 'relu') ops.reluForward(y, y.length);
    if (random && layer.dropout > 0) this.#dropout(index, y, batch.rows, random);
    if (layer.skip !== undefined) ops.addTo(y, batch.y[layer.skip + 1]);
  }

  /** A layer's norm tensors, with the place for what `activate` normalised by. */
  #norm(index: number, batch: Batch): NormTensors {
    const { scale, shift } = this.#tensors[index][this.#role];
    const { averageStatistics } = this.#program;
    const { runningMean, runningVariance } = this.#tensors[index][averageStatistics ? this.#role : 'value'];
    return { scale, shift, runningMean, runningVariance, inverse: batch.inverse[index] };
  }

  #activate(index: number, batch: Batch, random?: RandomStep): void {
    const layer = this.#program.plan.layers[index];
    const [z, y] = [batch.z[index], batch.y[index + 1]];
    const norm = this.#norm(index, batch);
    if (normsProduct(layer) && layer.norm === 'batch') normForward(z, batch.rows, norm, random !== undefined);
    for (let i = 0; i < z.length; i++)
      y[i] = activate(layer.activation, normsProduct(layer) ? scaled(norm, z, i) : z[i]);
    if (random && layer.dropout > 0) this.#dropout(index, y, batch.rows, random);
  }

  #activateGradient(index: number, batch: Batch, random?: RandomStep): void {
    const { layers } = this.#program.plan;
    const layer = layers[index];
    const [z, dy, dz] = [batch.z[index], batch.dy[index], batch.dz[index]];
    const end = skipEnd(layers, index);
    if (end) ops.addTo(dy, batch.dy[layers.indexOf(end)]);
    dz.set(dy);
    if (random && layer.dropout > 0) this.#dropout(index, dz, batch.rows, random);
    const norm = this.#norm(index, batch);
    for (let i = 0; i < z.length; i++) {
      const a = normsProduct(layer) ? scaled(norm, z, i) : z[i];
      dz[i] = Math.fround(dz[i] * derivative(layer.activation, a));
    }
    if (normsProduct(layer) && layer.norm === 'batch')
      normBackward(dz, z, batch.rows, norm, this.#tensors[index].gradient, random !== undefined);
  }

  #normalise(index: number, batch: Batch, training: boolean): void {
    const layer = this.#program.plan.layers[index];
    const norm = this.#norm(index, batch);
    const [normalised, x] = [batch.normalised[index], batch.x[index]];
    if (layer.preNorm) normalised.set(batch.y[index]);
    if (layer.norm === 'batch') normForward(normalised, batch.rows, norm, training);
    else layerNormForward(normalised, batch.rows, norm.inverse);
    if (layer.preNorm) for (let i = 0; i < x.length; i++) x[i] = scaled(norm, normalised, i);
  }

  /** Where the gradient with respect to what a layer's norm gives stands, and then that by what it was given. */
  #normedGradient(index: number, batch: Batch): Float32Array {
    return this.#program.plan.layers[index].preNorm ? batch.dy[index - 1] : batch.dz[index];
  }

  #affineGradient(index: number, batch: Batch): void {
    const da = this.#normedGradient(index, batch);
    scaleBackward(da, batch.normalised[index], batch.rows, this.#tensors[index].gradient);
  }

  #normaliseGradient(index: number, batch: Batch, training: boolean): void {
    const [da, normalised] = [this.#normedGradient(index, batch), batch.normalised[index]];
    const norm = this.#norm(index, batch);
    if (this.#program.plan.layers[index].norm === 'layer')
      layerNormBackward(da, normalised, batch.rows, norm);
    else normBackward(da, normalised, batch.rows, norm, this.#tensors[index].gradient, training);
  }

  #dropout(index: number, values: Float32Array, rows: number, random: RandomStep): void {
    const { dropout, out } = this.#program.plan.layers[index];
    ops.applyDropout(values, rows, out, { ...dropoutScalars(dropout), ...random, layer: index });
  }

  #inputGradient(index: number, batch: Batch, random?: RandomStep): void {
    const { layers } = this.#program.plan;
    const apart = index > 0 && isApart(layers, index - 1);
    const dx = index === 0 ? batch.dx : apart ? batch.dy[index - 1] : batch.dz[index - 1];
    ops.linearBackwardInput(
      { rows: batch.rows, ...layers[index] },
      batch.dz[index],
      this.#tensors[index][this.#role].weight,
      dx,
    );
    if (index === 0 || apart) return;
    const below = layers[index - 1];
    const dropout = dropoutScalars(random ? below.dropout : 0);
    if (below.activation === 'relu') ops.reluBackward(dx, batch.y[index], dropout.scale, dx.length);
    else if (random && below.dropout > 0) this.#dropout(index - 1, dx, batch.rows, random);
  }

  #weightGradient(index: number, batch: Batch): void {
    const { weight, bias } = this.#tensors[index].gradient;
    const shape = { rows: batch.rows, ...this.#program.plan.layers[index] };
    ops.linearBackwardWeight(shape, batch.x[index], batch.dz[index], weight, bias);
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
