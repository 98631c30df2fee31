/**
 * A network stated once more, forward only, in float64 with the same dropout masks: its loss, differenced centrally by every
 * parameter or pixel, gives gradients that no engine had a part in.
 */

import assert from 'node:assert/strict';
import { keyFromSeed, philox4x32, RandomStream } from '../../src/core/philox.ts';
import type { Backend, Distillation } from '../../src/engine/backend.ts';
import { type Activation, type DenseLayer, normsProduct } from '../../src/model/dense-layer.ts';
import { initialize } from '../../src/model/init.ts';
import { buildProgram } from '../../src/model/program.ts';
import { inputWidth, type ModelSpec } from '../../src/model/spec.ts';
import { gray, rowInput } from '../dataset-fixture.ts';

type Parameters64 = Map<string, Float64Array>;

const dropoutKey = [11, 12] as const;

/** 1 / (1 - p) where dropout keeps value j of a row, else 0: by the definition of a dropout value's counter, not by the engine's code. */
function keepFactor(layer: DenseLayer, index: number, row: number, j: number): number {
  if (layer.dropout === 0) return 1;
  const counter = row * Math.ceil(layer.out / 4) + Math.floor(j / 4);
  const word = philox4x32(dropoutKey, counter, 0, index, 0, [0, 0, 0, 0])[j % 4];
  return word / 2 ** 32 >= layer.dropout ? 1 / (1 - layer.dropout) : 0;
}

/** 2 / sqrt(π) ∫ e^-t² from 0 to x, by its power series. */
function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 80; n++) {
    term *= -(x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const activations: Readonly<Record<Activation, (a: number) => number>> = {
  none: (a) => a,
  relu: (a) => Math.max(a, 0),
  leakyRelu: (a) => (a > 0 ? a : 0.01 * a),
  gelu: (a) => (a / 2) * (1 + erf(a / Math.SQRT2)),
  silu: (a) => a / (1 + Math.exp(-a)),
  root: (a) => Math.sqrt(1 + Math.max(a, 0)) - 1,
};

/** Each column of `z` less its mean, over its deviation, times a scale plus a shift. */
function batchNorm64(z: number[][], scale: Float64Array, shift: Float64Array): number[][] {
  const means = scale.map((_, j) => z.reduce((sum, row) => sum + row[j], 0) / z.length);
  const variances = scale.map((_, j) => z.reduce((sum, row) => sum + (row[j] - means[j]) ** 2, 0) / z.length);
  return z.map((row) =>
    row.map((value, j) => ((value - means[j]) / Math.sqrt(variances[j] + 1e-5)) * scale[j] + shift[j]),
  );
}

/** The same by the statistics of a training before. */
function settledNorm64(
  z: number[][],
  { scale, shift, mean, variance }: Readonly<Record<'scale' | 'shift' | 'mean' | 'variance', Float64Array>>,
): number[][] {
  return z.map((row) =>
    row.map((value, j) => ((value - mean[j]) / Math.sqrt(variance[j] + 1e-5)) * scale[j] + shift[j]),
  );
}

/** Each row of `x` less its mean, over its deviation, times a scale plus a shift. */
function layerNorm64(x: number[][], scale: Float64Array, shift: Float64Array): number[][] {
  return x.map((row) => {
    const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
    return row.map((value, j) => ((value - mean) / Math.sqrt(variance + 1e-5)) * scale[j] + shift[j]);
  });
}

/** How targets differ from the labels. */
interface Softening {
  readonly labelSmoothing?: number;
  readonly distillation?: Distillation;
  /** Of each class, by which its images' losses are multiplied. */
  readonly classWeights?: Float32Array;
}

interface Sample extends Softening {
  /** Frozen layers whose BatchNorm1d keeps its statistics. */
  readonly settled?: readonly number[];
}

/** Mean loss of the batch in float64. */
function loss64(
  layers: readonly DenseLayer[],
  parameters: Parameters64,
  x: number[][],
  labels: Uint16Array,
  { labelSmoothing = 0, distillation, classWeights, settled = [] }: Sample = {},
): number {
  const tensor = (name: string) => parameters.get(name) ?? new Float64Array();
  const outputs: number[][][] = [];
  layers.forEach((layer, index) => {
    const [weight, bias] = [tensor(`${layer.name}.weight`), tensor(`${layer.name}.bias`)];
    const normed = (values: number[][]): number[][] => {
      const own = (part: string) => tensor(`bn${index + 1}.${part}`);
      if (settled.includes(index) && layer.norm === 'batch')
        return settledNorm64(values, {
          ...{ scale: own('weight'), shift: own('bias') },
          ...{ mean: own('running_mean'), variance: own('running_var') },
        });
      const [name, normalize] = layer.norm === 'batch' ? ['bn', batchNorm64] : ['ln', layerNorm64];
      return normalize(values, tensor(`${name}${index + 1}.weight`), tensor(`${name}${index + 1}.bias`));
    };
    const below = outputs[index - 1] ?? x;
    const z = (layer.preNorm ? normed(below) : below).map((row) =>
      Array.from(bias, (b, o) => row.reduce((sum, value, i) => sum + value * weight[o * layer.in + i], b)),
    );
    const a = normsProduct(layer) ? normed(z) : z;
    const skipped = layer.skip === undefined ? undefined : outputs[layer.skip];
    outputs[index] = a.map((values, row) =>
      values.map((value, o) => {
        const y = activations[layer.activation](value) * keepFactor(layer, index, row, o);
        return y + (skipped?.[row][o] ?? 0);
      }),
    );
  });
  const logits = outputs[layers.length - 1];
  let total = 0;
  logits.forEach((values, row) => {
    const top = Math.max(...values);
    const logSum = top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const hard = logSum - (1 - labelSmoothing) * values[labels[row]] - labelSmoothing * mean;
    const { share = 0, probabilities = new Float32Array() } = distillation ?? {};
    const soft = values.reduce(
      (sum, value, j) => sum + (probabilities[row * values.length + j] ?? 0) * (logSum - value),
      0,
    );
    total += (classWeights?.[labels[row]] ?? 1) * ((1 - share) * hard + share * soft);
  });
  return total / x.length;
}

/** A teacher that is of several minds: rows of probabilities that sum to 1 but for rounding. */
function makeTeacher(rows: number, classes: number, share: number): Distillation {
  const random = new RandomStream(keyFromSeed(10));
  const table = Array.from({ length: rows }, () => {
    const row = Array.from({ length: classes }, () => random.nextFloat());
    const sum = row.reduce((a, b) => a + b);
    return row.map((value) => value / sum);
  });
  return { probabilities: Float32Array.from(table.flat()), share };
}

/** A network whose gradients are checked. */
export interface GradientCase {
  readonly spec: ModelSpec;
  readonly labelSmoothing?: number;
  /** Share of a teacher in the targets. */
  readonly share?: number;
  readonly classWeights?: Float32Array;
  /** Frozen layers whose BatchNorm1d keeps its statistics. */
  readonly settled?: readonly number[];
}

/**
 * Checks the gradient of every parameter on a backend.
 * @param tolerance relative to the largest value of a tensor
 */
export async function checkGradients(
  backend: Backend,
  { spec, labelSmoothing = 0, share = 0, classWeights, settled = [] }: GradientCase,
  tolerance: number,
): Promise<void> {
  const options = { keepGradients: true, frozen: settled, settled };
  const program = buildProgram(spec, rowInput(inputWidth(spec)), options);
  const { plan } = program;
  const size = plan.layers[0].in;
  const classes = plan.layers.at(-1)?.out ?? 0;
  const random = new RandomStream(keyFromSeed(9));
  const rows = 7;
  const pixels = Uint8Array.from({ length: rows * size }, () => random.nextBelow(256));
  const labels = Uint16Array.from({ length: rows }, () => random.nextBelow(classes));
  const distillation = share > 0 ? makeTeacher(rows, classes, share) : undefined;
  const softening: Sample = {
    labelSmoothing,
    settled,
    ...(distillation && { distillation }),
    ...(classWeights && { classWeights }),
  };
  const initial = new Map(initialize(plan, keyFromSeed(4)));
  for (const { name, trained, layer, shape } of plan.parameters)
    if (!trained && settled.includes(layer))
      initial.set(
        name,
        Float32Array.from({ length: shape[0] }, () => 0.2 + random.nextFloat()),
      );
  const session = await backend.createSession(program);
  for (const [name, values] of initial) await session.write(name, values);
  const losses = await session.train({
    images: await backend.upload(pixels, gray(1, size)),
    labels,
    indices: Uint32Array.from({ length: rows }, (_, i) => i),
    batchSize: rows,
    firstStep: 0,
    learningRates: Float32Array.of(0.001),
    optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
    dropoutKey,
    labelSmoothing,
    distillation,
    classWeights,
  });
  const x = Array.from({ length: rows }, (_, row) =>
    Array.from(pixels.subarray(row * size, (row + 1) * size), (byte) => (byte / 255 - 0.5) / 0.5),
  );
  const parameters: Parameters64 = new Map(
    [...initial].map(([name, values]) => [name, Float64Array.from(values)]),
  );
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / rows;
  assert.ok(
    Math.abs(mean - loss64(plan.layers, parameters, x, labels, softening)) < (tolerance / 10) * mean,
    'the loss itself',
  );
  for (const { name, trained, layer } of plan.parameters) {
    if (!trained || settled.includes(layer)) continue;
    const values = parameters.get(name) ?? new Float64Array();
    const gradient = await session.read(name, 'gradient');
    const differences = values.map((value, i) => {
      const h = 1e-5;
      values[i] = value + h;
      const above = loss64(plan.layers, parameters, x, labels, softening);
      values[i] = value - h;
      const below = loss64(plan.layers, parameters, x, labels, softening);
      values[i] = value;
      return (above - below) / (2 * h);
    });
    const largest = Math.max(...differences.map(Math.abs));
    // A bias behind which the batch's mean is taken away changes nothing: its gradient is 0 but for rounding.
    const inert = name.endsWith('.bias') && largest < 1e-9;
    assert.ok(inert || largest > 1e-6, `${name} has a gradient`);
    const bound = inert ? tolerance / 10 : tolerance * largest;
    differences.forEach((difference, i) => {
      assert.ok(
        Math.abs(gradient[i] - difference) <= bound,
        `${name}[${i}]: ${gradient[i]}, by differences ${difference}`,
      );
    });
  }
  session.dispose();
}

/**
 * Checks the gradient of one image's log-probability of a class by its pixels: what saliency shows.
 * @param tolerance relative to the largest value of all images
 */
export async function checkPixelGradients(
  backend: Backend,
  spec: ModelSpec,
  tolerance: number,
): Promise<void> {
  const program = buildProgram(spec, rowInput(inputWidth(spec)), { output: { of: 'pixelGradient' } });
  const { layers } = program.plan;
  const size = layers[0].in;
  const rows = 5;
  const random = new RandomStream(keyFromSeed(3));
  const pixels = Uint8Array.from({ length: rows * size }, () => random.nextBelow(256));
  const classes = Uint16Array.from({ length: rows }, () => random.nextBelow(layers[layers.length - 1].out));
  const initial = initialize(program.plan, keyFromSeed(4));
  const session = await backend.createSession(program);
  for (const [name, values] of initial) await session.write(name, values);
  const all = Uint32Array.from({ length: rows }, (_, i) => i);
  const gradients = await session.infer(await backend.upload(pixels, gray(1, size)), all, { classes });
  const parameters = new Map([...initial].map(([name, values]) => [name, Float64Array.from(values)]));
  session.dispose();
  const scale = Math.max(...gradients.map(Math.abs));
  assert.ok(scale > 0, 'there is a gradient');
  for (const row of all) {
    const x = Array.from(pixels.subarray(row * size, (row + 1) * size), (byte) => byte / 127.5 - 1);
    const logProbability = (i: number, h: number) =>
      -loss64(layers, parameters, [x.with(i, x[i] + h)], classes.subarray(row, row + 1));
    for (let i = 0; i < size; i++) {
      const difference = (logProbability(i, 1e-5) - logProbability(i, -1e-5)) / 2e-5;
      const found = gradients[row * size + i];
      assert.ok(
        Math.abs(found - difference) <= tolerance * scale,
        `${row}, ${i}: ${found}, not ${difference}`,
      );
    }
  }
}
