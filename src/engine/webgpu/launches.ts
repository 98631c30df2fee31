/** Program → launches: the kernels of one batch, in order, with what each is told. Several ops may be one launch. */

import { CoutureError } from '../../core/errors.ts';
import type { ImageShape } from '../../data/image-shape.ts';
import {
  type DenseLayer,
  isApart,
  needsActivate,
  normsProduct,
  normWidth,
  skipEnd,
} from '../../model/dense-layer.ts';
import type { Op, Program } from '../../model/program.ts';
import { dropoutScalars } from '../scalars.ts';
import { ACTIVATIONS } from './kernels/common.ts';
import * as elementwise from './kernels/elementwise.ts';
import { forwardKernel, forwardOp, groupsOf, NONE } from './kernels/forward.ts';
import { augmentKernel, gatherGroups, gatherKernel, gatherOp, pixelValues } from './kernels/gather.ts';
import { inputGradientKernel, inputGradientOp } from './kernels/input-gradient.ts';
import * as loss from './kernels/loss.ts';
import * as columns from './kernels/norm-columns.ts';
import * as rowNorms from './kernels/norm-rows.ts';
import { tileFor } from './kernels/product.ts';
import {
  TAIL_CLASSES,
  TAIL_ENTRY_BYTES,
  TAIL_QUADS,
  TAIL_ROWS,
  tailEntry,
  tailKernel,
  tailOp,
} from './kernels/tail.ts';
import {
  WEIGHT_ENTRY_BYTES,
  weightEntry,
  weightGradientKernel,
  weightOp,
} from './kernels/weight-gradient.ts';
import { type BatchPlaces, quadsOf, type WeightPlaces } from './places.ts';
import type { Field, Kernel, Struct } from './wgsl.ts';

/** A kernel, and what it is told of its tensors. */
export interface Launch {
  readonly kernel: Kernel;
  /** Writes the kernel's `Op`. */
  readonly write: (view: DataView, offset: number) => void;
  /** Workgroups across and down for a batch of so many images. */
  readonly groups: (rows: number) => readonly [number, number];
  /** The bytes of `table`, for a kernel that has one. */
  readonly table?: Uint8Array<ArrayBuffer>;
}

/** What launches depend on beside the program. */
export interface Setting {
  readonly program: Program;
  readonly weights: WeightPlaces;
  readonly batch: BatchPlaces;
  /** Images of the largest batch. */
  readonly rows: number;
  /** Whether images are changed on their way. */
  readonly augmented: boolean;
  /** Threads of the kernel of a step's last layers; 0 where the device is too small for it. */
  readonly tailThreads: number;
}

/** The launches of one batch. */
export function launchesOf(ops: readonly Op[], setting: Setting): Launch[] {
  return new Planner(setting).plan(ops);
}

/** One launch, its values checked against the kernel's struct. */
function launch<Fields extends Readonly<Record<string, Field>>>(
  kernel: Kernel,
  op: Struct<Fields>,
  values: Partial<Record<keyof Fields, number>>,
  groups: Launch['groups'],
): Launch {
  return { kernel, groups, write: (view, offset) => op.write(view, offset, values) };
}

class Planner {
  readonly #setting: Setting;
  readonly #layers: readonly DenseLayer[];
  readonly #launches: Launch[] = [];
  /** Ops that another's launch has done with it, for all layers. */
  readonly #done = new Set<Op['op']>();

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#layers = setting.program.plan.layers;
  }

  plan(ops: readonly Op[]): Launch[] {
    const first =
      this.#setting.tailThreads > 0 && ops.some(({ op }) => op === 'nllGradient')
        ? firstOfTail(this.#setting)
        : Infinity;
    for (const op of ops) {
      if (this.#done.has(op.op)) continue;
      if (!isOfTail(op, first)) this.#add(op, ops);
      else if (op.op === 'nllGradient') this.#tail(first);
    }
    return this.#launches;
  }

  /** Layers from `first` on, forward, loss and back, in one launch. */
  #tail(first: number): void {
    const { batch, weights, tailThreads } = this.#setting;
    const layers = this.#layers.map((layer, index) => ({ layer, index })).slice(first - 1);
    const table = new Uint8Array(layers.length * TAIL_ENTRY_BYTES);
    let place = 0;
    layers.forEach(({ layer, index }, i) => {
      const drop = dropoutOf(layer, true);
      const apart = i === 0 && isApart(this.#layers, index);
      const mask = apart ? 0 : layer.activation === 'relu' ? 1 : drop.threshold > 0 ? 2 : 0;
      tailEntry.write(new DataView(table.buffer), i * TAIL_ENTRY_BYTES, {
        outputs: layer.out,
        weight: weights.layers[index].weight,
        bias: weights.layers[index].bias,
        y: batch.y[index + 1],
        dz: apart ? batch.dy[index] : batch.dz[index],
        place,
        relu: Number(layer.activation === 'relu'),
        mask,
        layer: index,
        ...drop,
      });
      place += 4 * quadsOf(layer.out);
    });
    const made = launch(tailKernel(tailThreads), tailOp, { entries: layers.length }, (rows) => [
      Math.ceil(rows / TAIL_ROWS),
      1,
    ]);
    this.#push({ ...made, table });
  }

  #add(op: Op, ops: readonly Op[]): void {
    switch (op.op) {
      case 'gather':
        return this.#gather(op.shape);
      case 'linear':
        return this.#linear(op.layer, op.training);
      case 'normalize':
        return this.#normalize(op.layer, op.training);
      case 'activate':
        return this.#activate(op.layer, op.training);
      case 'nllGradient':
        return this.#loss(loss.lossKernel);
      case 'logProbabilityGradient':
        return this.#loss(loss.logProbabilityGradientKernel);
      case 'logSoftmax':
        return this.#loss(loss.logSoftmaxKernel);
      case 'inputGradient':
        return this.#inputGradient(op.layer, ops !== this.#setting.program.infer);
      case 'activateGradient':
        return this.#activateGradient(op.layer, op.training);
      case 'affineGradient':
        return this.#affineGradient(op.layer);
      case 'normalizeGradient':
        return this.#normalizeGradient(op.layer, op.training);
      case 'weightGradient':
        return this.#weightGradients('weightGradient', ops);
      case 'weightGradientUpdate':
        return this.#weightGradients('weightGradientUpdate', ops);
      case 'gradientSquares':
        return this.#squares();
      case 'clipFactor':
        return this.#clipFactor(op.largest);
      case 'update':
      case 'normUpdate':
        return this.#update(ops, op.clipped);
      case 'activations':
        return this.#output(this.#setting.batch.y[op.layer + 1], this.#layers[op.layer].out);
      case 'pixelGradient':
        return this.#output(this.#setting.batch.dx, this.#layers[0].in);
      default:
        op satisfies never;
        throw new CoutureError('backend', 'The webgpu backend was given an op that it does not have.');
    }
  }

  /** Whether the first layer reads the images' bytes, so that its x is never written down. */
  get #readsBytes(): boolean {
    const { program, augmented } = this.#setting;
    const { height, width } = program.input.shape;
    return !augmented && !this.#layers[0].preNorm && (height * width) % 4 === 0;
  }

  #gather(image: ImageShape): void {
    if (this.#readsBytes) return;
    const { batch, augmented } = this.#setting;
    const plane = image.height * image.width;
    const size = plane * image.channels;
    const quads = quadsOf(size);
    const values = { quads, plane, size, x: batch.y[0], width: image.width, height: image.height };
    this.#push(
      launch(augmented ? augmentKernel : gatherKernel, gatherOp, values, (rows) => gatherGroups(quads, rows)),
    );
  }

  /** The product and, where no norm follows it, all that belongs to the layer. */
  #linear(index: number, training: boolean): void {
    const { program, batch, weights, rows } = this.#setting;
    const layer = this.#layers[index];
    const outputQuads = quadsOf(layer.out);
    const normed = normsProduct(layer);
    const tile = tileFor([{ rows, columns: layer.out }]);
    const values = {
      inputs: layer.in,
      inputQuads: quadsOf(layer.in),
      outputQuads,
      x: batch.x[index],
      weight: weights.layers[index].weight,
      bias: weights.layers[index].bias,
      z: needsActivate(layer) ? batch.z[index] : NONE,
      y: normed ? NONE : batch.y[index + 1],
      skip: layer.skip === undefined ? NONE : batch.y[layer.skip + 1],
      activation: ACTIVATIONS.indexOf(layer.activation),
      layer: index,
      ...dropoutOf(layer, training),
      ...pixelValues(program.input.shape, program.input.pixels),
    };
    const kernel = forwardKernel(tile, index === 0 && this.#readsBytes);
    this.#push(launch(kernel, forwardOp, values, (count) => groupsOf(tile, count, outputQuads)));
  }

  /** A LayerNorm behind a product is done together with what follows it; so is every norm in front of one. */
  #normalize(index: number, training: boolean): void {
    const layer = this.#layers[index];
    if (layer.norm === 'batch') this.#batchNorm(index, training);
    else this.#layerNorm(index, training);
  }

  #activate(index: number, training: boolean): void {
    const layer = this.#layers[index];
    // Without a norm, or with a LayerNorm, it is done.
    if (normsProduct(layer) && layer.norm === 'batch') this.#batchNorm(index, training);
  }

  /** What a norm is of and where its values go: of x, or of z and on through activation and dropout. */
  #normOf(index: number, training: boolean) {
    const { batch, weights } = this.#setting;
    const layer = this.#layers[index];
    const { scale, shift } = weights.layers[index];
    const width = normWidth(layer);
    const common = { quads: quadsOf(width), width, scale, shift, normalized: batch.normalized[index] };
    const inverse = batch.inverse[index];
    if (layer.preNorm) return { ...common, inverse, source: batch.y[index], y: batch.x[index] };
    const { threshold, scale: dropScale } = dropoutOf(layer, training);
    return {
      ...common,
      inverse,
      source: batch.z[index],
      y: batch.y[index + 1],
      activation: ACTIVATIONS.indexOf(layer.activation),
      layer: index,
      threshold,
      dropScale,
    };
  }

  #batchNorm(index: number, training: boolean): void {
    const { width: _, ...values } = this.#normOf(index, training);
    const { runningMean: mean, runningVariance: variance } = this.#setting.weights.layers[index];
    const told = { ...values, mean, variance, training: Number(training) };
    this.#push(
      launch(columns.batchNormKernel, columns.batchNormOp, told, () => columns.columnGroups(values.quads)),
    );
  }

  #layerNorm(index: number, training: boolean): void {
    const values = this.#normOf(index, training);
    this.#push(launch(rowNorms.layerNormKernel, rowNorms.layerNormOp, values, loss.rowGroups));
  }

  #loss(kernel: Kernel): void {
    const { batch } = this.#setting;
    const { out: classes } = this.#layers[this.#layers.length - 1];
    const [y, dz] = [batch.y[batch.y.length - 1], batch.dz[batch.dz.length - 1]];
    this.#push(launch(kernel, loss.lossOp, { classes, quads: quadsOf(classes), y, dz }, loss.rowGroups));
  }

  #inputGradient(index: number, training: boolean): void {
    const { batch, weights, rows } = this.#setting;
    const layer = this.#layers[index];
    const below = index === 0 ? undefined : this.#layers[index - 1];
    const apart = index > 0 && isApart(this.#layers, index - 1);
    const masked = below !== undefined && !apart;
    const drops = masked && training && below.dropout > 0;
    const inputQuads = quadsOf(layer.in);
    const values = {
      inputs: layer.in,
      outputs: layer.out,
      inputQuads,
      outputQuads: quadsOf(layer.out),
      dz: batch.dz[index],
      weight: weights.layers[index].weight,
      dx: index === 0 ? batch.dx : apart ? batch.dy[index - 1] : batch.dz[index - 1],
      mask: masked && below.activation === 'relu' ? 1 : drops ? 2 : 0,
      y: batch.y[index],
      layer: index - 1,
      ...(below === undefined ? {} : dropoutOf(below, training)),
    };
    const tile = tileFor([{ rows, columns: layer.in }]);
    this.#push(
      launch(
        inputGradientKernel(tile),
        inputGradientOp,
        { ...values, layer: Math.max(0, index - 1) },
        (count) => groupsOf(tile, count, inputQuads),
      ),
    );
  }

  #activateGradient(index: number, training: boolean): void {
    const { batch, weights } = this.#setting;
    const layer = this.#layers[index];
    const end = skipEnd(this.#layers, index);
    const normed = normsProduct(layer);
    const { threshold, scale: dropScale } = dropoutOf(layer, training);
    const values = {
      quads: quadsOf(layer.out),
      dy: batch.dy[index],
      skipped: end === undefined ? NONE : batch.dy[this.#layers.indexOf(end)],
      dz: batch.dz[index],
      activation: ACTIVATIONS.indexOf(layer.activation),
      layer: index,
      threshold,
      dropScale,
    };
    const { scale, shift } = normed ? weights.layers[index] : { scale: NONE, shift: NONE };
    if (normed && layer.norm === 'batch') return this.#batchNormGradient(index, training, values);
    const z = batch.z[index];
    this.#push(
      launch(
        elementwise.activateGradientKernel,
        elementwise.activateGradientOp,
        { ...values, scale, shift, z },
        (rows) => elementwise.quadGroups(rows * values.quads),
      ),
    );
  }

  #batchNormGradient(
    index: number,
    training: boolean,
    values: Parameters<typeof columns.batchNormGradientOp.write>[2],
  ): void {
    const { batch, weights } = this.#setting;
    const { scale, shift } = weights.layers[index];
    const quads = quadsOf(normWidth(this.#layers[index]));
    const [normalized, inverse] = [batch.normalized[index], batch.inverse[index]];
    const told = { ...values, quads, scale, shift, normalized, inverse, training: Number(training) };
    this.#push(
      launch(columns.batchNormGradientKernel, columns.batchNormGradientOp, told, () =>
        columns.columnGroups(quads),
      ),
    );
  }

  /** Where the gradient with respect to what a layer's norm gives stands. */
  #normedGradient(index: number): number {
    const { batch } = this.#setting;
    return this.#layers[index].preNorm ? batch.dy[index - 1] : batch.dz[index];
  }

  #affineGradient(index: number): void {
    const { batch, weights } = this.#setting;
    const { scale, shift } = weights.layers[index];
    const quads = quadsOf(normWidth(this.#layers[index]));
    const values = {
      quads,
      scale,
      shift,
      da: this.#normedGradient(index),
      normalized: batch.normalized[index],
    };
    this.#push(
      launch(columns.affineGradientKernel, columns.affineGradientOp, values, () =>
        columns.columnGroups(quads),
      ),
    );
  }

  #normalizeGradient(index: number, training: boolean): void {
    const { batch, weights } = this.#setting;
    const da = this.#normedGradient(index);
    if (this.#layers[index].norm === 'batch')
      return this.#batchNormGradient(index, training, { dy: da, dz: da, skipped: NONE });
    const width = normWidth(this.#layers[index]);
    const values = {
      quads: quadsOf(width),
      width,
      da,
      normalized: batch.normalized[index],
      scale: weights.layers[index].scale,
      inverse: batch.inverse[index],
    };
    this.#push(
      launch(rowNorms.layerNormGradientKernel, rowNorms.layerNormGradientOp, values, loss.rowGroups),
    );
  }

  /** All layers' at once: none depends on another's. */
  #weightGradients(kind: 'weightGradient' | 'weightGradientUpdate', ops: readonly Op[]): void {
    const { program, batch, weights } = this.#setting;
    this.#done.add(kind);
    const wanted = ops.flatMap((op) => (op.op === kind ? [op.layer] : []));
    const tile = tileFor(wanted.map((i) => ({ rows: this.#layers[i].in, columns: this.#layers[i].out })));
    const table = new Uint8Array(wanted.length * WEIGHT_ENTRY_BYTES);
    let groups = 0;
    wanted.forEach((index, i) => {
      const layer = this.#layers[index];
      const [across, down] = groupsOf(tile, layer.in, quadsOf(layer.out));
      weightEntry.write(new DataView(table.buffer), i * WEIGHT_ENTRY_BYTES, {
        firstGroup: groups,
        across,
        inputs: layer.in,
        inputQuads: quadsOf(layer.in),
        outputQuads: quadsOf(layer.out),
        x: batch.x[index],
        dz: batch.dz[index],
        weight: weights.layers[index].weight,
        bias: weights.layers[index].bias,
        bytes: Number(index === 0 && this.#readsBytes),
      });
      groups += across * down;
    });
    const kernel = weightGradientKernel(tile, {
      fused: kind === 'weightGradientUpdate',
      average: program.average,
      bytes: this.#readsBytes,
    });
    const values = { entries: wanted.length, ...pixelValues(program.input.shape, program.input.pixels) };
    const made = launch(kernel, weightOp, values, () => loss.rowGroups(groups));
    this.#push({ ...made, table });
  }

  #squares(): void {
    const { weights, batch } = this.#setting;
    this.#done.add('gradientSquares');
    const values = { quads: weights.end, partials: batch.partials };
    this.#push(
      launch(elementwise.squaresKernel, elementwise.squaresOp, values, () => [elementwise.SQUARE_GROUPS, 1]),
    );
  }

  #clipFactor(largest: number): void {
    const { partials, factor } = this.#setting.batch;
    const values = { partials, factor, largest };
    this.#push(launch(elementwise.clipFactorKernel, elementwise.squaresOp, values, () => [1, 1]));
  }

  /** Every step from kept gradients at once, and the average of statistics with it, where that is kept. */
  #update(ops: readonly Op[], clipped: boolean): void {
    const { program, weights, batch } = this.#setting;
    // Where a layer's gradient is still to be taken, that comes first.
    if (ops.some(({ op }) => op === 'weightGradient') && !this.#done.has('weightGradient'))
      this.#weightGradients('weightGradient', ops);
    this.#done.add('update').add('normUpdate');
    const all = ops.some(({ op }) => op === 'update');
    const values = {
      first: all ? 0 : weights.normsBegin,
      end: weights.end,
      weightsEnd: weights.weightsEnd,
      factor: clipped ? batch.factor : NONE,
    };
    const quads = values.end - values.first;
    const kernel = elementwise.updateKernel(program.average);
    this.#push(launch(kernel, elementwise.updateOp, values, () => elementwise.quadGroups(quads)));
    if (!program.averageStatistics || weights.statisticsEnd === 0) return;
    this.#push(
      launch(
        elementwise.averageStatisticsKernel,
        elementwise.averageStatisticsOp,
        { quads: weights.statisticsEnd },
        () => elementwise.quadGroups(weights.statisticsEnd),
      ),
    );
  }

  #output(source: number, width: number): void {
    const quads = quadsOf(width);
    this.#push(
      launch(elementwise.outputKernel, elementwise.outputOp, { quads, width, source }, (rows) =>
        elementwise.quadGroups(rows * quads),
      ),
    );
  }

  #push(made: Launch): void {
    this.#launches.push(made);
  }
}

/** Images of a batch up to which one kernel for the last layers pays: each of its workgroups reads all their weights. */
const TAIL_BATCH = 512;
/** Weights of those layers at most. */
const TAIL_WEIGHTS = 200_000;

/** The first of the last layers that one launch can do together; Infinity where there is none. */
function firstOfTail({ program, rows }: Setting): number {
  const { layers } = program.plan;
  if (rows > TAIL_BATCH || layers[layers.length - 1].out > TAIL_CLASSES) return Infinity;
  let first = layers.length;
  let quads = quadsOf(layers[layers.length - 1].out);
  let products = 0;
  for (let index = layers.length - 1; index > 0; index--) {
    const layer = layers[index];
    quads += quadsOf(layer.in);
    products += layer.in * layer.out;
    const plain = layer.norm === 'none' && !needsActivate(layer) && layer.skip === undefined;
    if (!plain || quads > TAIL_QUADS || products > TAIL_WEIGHTS) break;
    first = index;
  }
  return first < layers.length ? first : Infinity;
}

/** Whether the launch of the layers from `first` on has that op in it. */
function isOfTail(op: Op, first: number): boolean {
  if (op.op === 'nllGradient') return first !== Infinity;
  return (op.op === 'linear' || op.op === 'inputGradient') && op.layer >= first;
}

/** What a layer's dropout does: nothing where `threshold` is 0. */
function dropoutOf(layer: DenseLayer, training: boolean): { threshold: number; scale: number } {
  return training && layer.dropout > 0 ? dropoutScalars(layer.dropout) : { threshold: 0, scale: 1 };
}
