/**
 * Gradients against float64: the network is stated once more, forward only, in float64 with the same dropout
 * masks, and its loss is differenced centrally by every parameter. The reference backend's gradients agree.
 */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keyFromSeed, philox4x32, RandomStream } from '../../src/core/philox.ts';
import type { Distillation } from '../../src/engine/backend.ts';
import { createBackend } from '../../src/engine/create.ts';
import { type Activation, type DenseLayer, normsProduct } from '../../src/model/dense-layer.ts';
import { initialize } from '../../src/model/init.ts';
import { buildProgram } from '../../src/model/program.ts';
import {
  batchNorm,
  dropout,
  gelu,
  inputWidth,
  layerNorm,
  leakyRelu,
  linear,
  logSoftmax,
  type ModelSpec,
  relu,
  residual,
  root,
  sequential,
  silu,
} from '../../src/model/spec.ts';
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

async function checkGradients(
  spec: ModelSpec,
  labelSmoothing = 0,
  share = 0,
  classWeights?: Float32Array,
  settled: readonly number[] = [],
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
  const backend = await createBackend({ backend: 'reference' });
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
    Math.abs(mean - loss64(plan.layers, parameters, x, labels, softening)) < 1e-6 * mean,
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
    const tolerance = inert ? 1e-6 : 1e-5 * largest;
    differences.forEach((difference, i) => {
      assert.ok(
        Math.abs(gradient[i] - difference) <= tolerance,
        `${name}[${i}]: ${gradient[i]}, by differences ${difference}`,
      );
    });
  }
}

/** The gradient of one image's log-probability of a class by its pixels: what saliency shows. */
async function checkPixelGradients(spec: ModelSpec): Promise<void> {
  const program = buildProgram(spec, rowInput(inputWidth(spec)), { output: { of: 'pixelGradient' } });
  const { layers } = program.plan;
  const size = layers[0].in;
  const rows = 5;
  const random = new RandomStream(keyFromSeed(3));
  const pixels = Uint8Array.from({ length: rows * size }, () => random.nextBelow(256));
  const classes = Uint16Array.from({ length: rows }, () => random.nextBelow(layers[layers.length - 1].out));
  const initial = initialize(program.plan, keyFromSeed(4));
  const backend = await createBackend({ backend: 'reference' });
  const session = await backend.createSession(program);
  for (const [name, values] of initial) await session.write(name, values);
  const all = Uint32Array.from({ length: rows }, (_, i) => i);
  const gradients = await session.infer(await backend.upload(pixels, gray(1, size)), all, { classes });
  const parameters = new Map([...initial].map(([name, values]) => [name, Float64Array.from(values)]));
  const scale = Math.max(...gradients.map(Math.abs));
  assert.ok(scale > 0, 'there is a gradient');
  for (const row of all) {
    const x = Array.from(pixels.subarray(row * size, (row + 1) * size), (byte) => byte / 127.5 - 1);
    const logProbability = (i: number, h: number) =>
      -loss64(layers, parameters, [x.with(i, x[i] + h)], classes.subarray(row, row + 1));
    for (let i = 0; i < size; i++) {
      const difference = (logProbability(i, 1e-5) - logProbability(i, -1e-5)) / 2e-5;
      const found = gradients[row * size + i];
      assert.ok(Math.abs(found - difference) <= 1e-5 * scale, `${row}, ${i}: ${found}, not ${difference}`);
    }
  }
}

/** Blocks of every form: with Dropout at the end, of one Linear, of three, and a norm behind the last. */
function residualNet(norm: typeof layerNorm): ModelSpec {
  return sequential(
    linear(6, 9),
    gelu(),
    residual(norm(9), linear(9, 18), gelu(), dropout(0.25), linear(18, 9), dropout(0.3)),
    residual(norm(9), linear(9, 9)),
    residual(norm(9), linear(9, 7), linear(7, 5), layerNorm(5), silu(), linear(5, 9), dropout(0.2)),
    norm(9),
    linear(9, 8),
    silu(),
    linear(8, 4),
    logSoftmax(),
  );
}

describe('gradients agree with float64 central differences', () => {
  it('of a log-probability by the pixels', () =>
    checkPixelGradients(sequential(linear(9, 8), relu(), linear(8, 7), gelu(), linear(7, 4), logSoftmax())));
  it('LogSoftmax and NLL behind one Linear', () => checkGradients(sequential(linear(6, 5), logSoftmax())));
  it('with label smoothing', () =>
    checkGradients(sequential(linear(6, 8), relu(), linear(8, 5), logSoftmax()), 0.2));
  it('with a teacher', () => checkGradients(sequential(linear(6, 5), logSoftmax()), 0, 1));
  it('with a teacher and label smoothing', () =>
    checkGradients(sequential(linear(6, 8), relu(), linear(8, 5), logSoftmax()), 0.2, 0.6));
  it('with class weights', () =>
    checkGradients(
      sequential(linear(6, 8), relu(), linear(8, 3), logSoftmax()),
      0,
      0,
      Float32Array.of(0.25, 2.5, 1),
    ));
  it('with class weights, a teacher and label smoothing', () =>
    checkGradients(
      sequential(linear(6, 8), relu(), linear(8, 3), logSoftmax()),
      0.2,
      0.6,
      Float32Array.of(0.25, 2.5, 1),
    ));
  for (const [name, make] of Object.entries({ LeakyReLU: leakyRelu, GELU: gelu, SiLU: silu, Root: root }))
    it(name, () =>
      checkGradients(sequential(linear(6, 8), make(), dropout(0.3), linear(8, 3), logSoftmax())),
    );
  it('BatchNorm1d', () =>
    checkGradients(sequential(linear(6, 8), batchNorm(8), relu(), linear(8, 3), logSoftmax())));
  it('BatchNorm1d, GELU and Dropout, three deep', () =>
    checkGradients(
      sequential(
        linear(9, 8),
        batchNorm(8),
        gelu(),
        dropout(0.25),
        linear(8, 7),
        batchNorm(7),
        silu(),
        linear(7, 4),
        logSoftmax(),
      ),
      0.1,
    ));
  it('through frozen layers that keep the statistics of BatchNorm1d', () =>
    checkGradients(
      sequential(
        linear(9, 8),
        batchNorm(8),
        gelu(),
        linear(8, 7),
        batchNorm(7),
        silu(),
        dropout(0.25),
        residual(batchNorm(7), linear(7, 9), gelu(), linear(9, 6), layerNorm(6), linear(6, 7)),
        linear(7, 4),
        logSoftmax(),
      ),
      0.1,
      0,
      undefined,
      [1, 2, 3, 4],
    ));
  it('LayerNorm, GELU and Dropout', () =>
    checkGradients(
      sequential(linear(6, 19), layerNorm(19), gelu(), dropout(0.25), linear(19, 3), logSoftmax()),
    ));
  it('LayerNorm behind two Linears', () =>
    checkGradients(
      sequential(linear(6, 9), layerNorm(9), linear(9, 8), layerNorm(8), silu(), linear(8, 3), logSoftmax()),
    ));
  for (const [name, norm] of Object.entries({ LayerNorm: layerNorm, BatchNorm1d: batchNorm })) {
    it(`residual blocks with ${name}`, () => checkGradients(residualNet(norm)));
    it(`residual blocks with ${name} behind Linear, ReLU and Dropout`, () =>
      checkGradients(
        sequential(
          linear(6, 9),
          relu(),
          dropout(0.3),
          residual(norm(9), linear(9, 20), relu(), linear(20, 9)),
          linear(9, 3),
          logSoftmax(),
        ),
      ));
  }
  it('of a log-probability by the pixels, through residual blocks', () =>
    checkPixelGradients(
      sequential(
        linear(9, 8),
        relu(),
        residual(layerNorm(8), linear(8, 18), gelu(), linear(18, 8)),
        residual(layerNorm(8), linear(8, 7), linear(7, 6), layerNorm(6), silu(), linear(6, 8)),
        layerNorm(8),
        linear(8, 4),
        logSoftmax(),
      ),
    ));
  it('two Linears, nothing between', () =>
    checkGradients(sequential(linear(6, 4), linear(4, 3), logSoftmax())));
  it('ReLU', () => checkGradients(sequential(linear(6, 8), relu(), linear(8, 3), logSoftmax())));
  it('Dropout without an activation', () =>
    checkGradients(sequential(linear(6, 9), dropout(0.4), linear(9, 3), logSoftmax())));
  it('ReLU and Dropout, three deep', () =>
    checkGradients(
      sequential(
        linear(9, 8),
        relu(),
        dropout(0.25),
        linear(8, 7),
        relu(),
        dropout(0.5),
        linear(7, 4),
        logSoftmax(),
      ),
    ));
});
