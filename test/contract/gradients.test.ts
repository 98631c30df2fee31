/**
 * Gradients against float64: the network is stated once more, forward only, in float64 with the same dropout
 * masks, and its loss is differenced centrally by every parameter. The reference backend's gradients agree.
 */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keyFromSeed, philox4x32, RandomStream } from '../../src/core/philox.ts';
import type { Teacher } from '../../src/engine/backend.ts';
import { createBackend } from '../../src/engine/create.ts';
import { initialize } from '../../src/model/init.ts';
import { type Activation, buildProgram, type DenseLayer } from '../../src/model/program.ts';
import {
  batchNorm,
  dropout,
  gelu,
  leakyRelu,
  linear,
  logSoftmax,
  type ModelSpec,
  relu,
  sequential,
  silu,
} from '../../src/model/spec.ts';

type Parameters64 = Map<string, Float64Array>;

const dropoutKey = [11, 12] as const;

/** 1 / (1 - p) where dropout keeps value j of a row, else 0: from the definition in DESIGN, not from the engine's code. */
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
};

/** Each column of `z` less its mean, over its deviation, times a scale plus a shift. */
function batchNorm64(z: number[][], scale: Float64Array, shift: Float64Array): number[][] {
  const means = scale.map((_, j) => z.reduce((sum, row) => sum + row[j], 0) / z.length);
  const variances = scale.map((_, j) => z.reduce((sum, row) => sum + (row[j] - means[j]) ** 2, 0) / z.length);
  return z.map((row) =>
    row.map((value, j) => ((value - means[j]) / Math.sqrt(variances[j] + 1e-5)) * scale[j] + shift[j]),
  );
}

/** How targets differ from the labels. */
interface Softening {
  readonly labelSmoothing?: number;
  readonly teacher?: Teacher;
}

/** Mean loss of the batch in float64. */
function loss64(
  layers: readonly DenseLayer[],
  parameters: Parameters64,
  x: number[][],
  labels: Uint8Array,
  { labelSmoothing = 0, teacher }: Softening = {},
): number {
  const tensor = (name: string) => parameters.get(name) ?? new Float64Array();
  const logits = layers.reduce((inputs, layer, index) => {
    const [weight, bias] = [tensor(`${layer.name}.weight`), tensor(`${layer.name}.bias`)];
    const z = inputs.map((row) =>
      Array.from(bias, (b, o) => row.reduce((sum, value, i) => sum + value * weight[o * layer.in + i], b)),
    );
    const bn = `bn${index + 1}`;
    const a = layer.batchNorm ? batchNorm64(z, tensor(`${bn}.weight`), tensor(`${bn}.bias`)) : z;
    return a.map((values, row) =>
      values.map((value, o) => activations[layer.activation](value) * keepFactor(layer, index, row, o)),
    );
  }, x);
  let total = 0;
  logits.forEach((values, row) => {
    const top = Math.max(...values);
    const logSum = top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const hard = logSum - (1 - labelSmoothing) * values[labels[row]] - labelSmoothing * mean;
    const { share = 0, probabilities = new Float32Array() } = teacher ?? {};
    const soft = values.reduce(
      (sum, value, j) => sum + (probabilities[row * values.length + j] ?? 0) * (logSum - value),
      0,
    );
    total += (1 - share) * hard + share * soft;
  });
  return total / x.length;
}

/** A teacher that is of several minds: rows of probabilities that sum to 1 but for rounding. */
function makeTeacher(rows: number, classes: number, share: number): Teacher {
  const random = new RandomStream(keyFromSeed(10));
  const table = Array.from({ length: rows }, () => {
    const row = Array.from({ length: classes }, () => random.nextFloat());
    const sum = row.reduce((a, b) => a + b);
    return row.map((value) => value / sum);
  });
  return { probabilities: Float32Array.from(table.flat()), share };
}

async function checkGradients(spec: ModelSpec, labelSmoothing = 0, distillation = 0): Promise<void> {
  const program = buildProgram(spec, { keepGradients: true });
  const { plan } = program;
  const size = plan.layers[0].in;
  const classes = plan.layers.at(-1)?.out ?? 0;
  const random = new RandomStream(keyFromSeed(9));
  const rows = 7;
  const pixels = Uint8Array.from({ length: rows * size }, () => random.nextBelow(256));
  const labels = Uint8Array.from({ length: rows }, () => random.nextBelow(classes));
  const teacher = distillation > 0 ? makeTeacher(rows, classes, distillation) : undefined;
  const softening: Softening = { labelSmoothing, ...(teacher && { teacher }) };
  const initial = initialize(plan, keyFromSeed(4));
  const backend = await createBackend({ backend: 'reference' });
  const session = backend.createSession(program);
  for (const [name, values] of initial) session.write(name, values);
  const losses = await session.train({
    images: backend.upload(pixels, size),
    labels,
    indices: Uint32Array.from({ length: rows }, (_, i) => i),
    batchSize: rows,
    firstStep: 0,
    learningRates: Float32Array.of(0.001),
    optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
    dropoutKey,
    ...softening,
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
  for (const { name, trained } of plan.parameters) {
    if (!trained) continue;
    const values = parameters.get(name) ?? new Float64Array();
    const gradient = session.read(name, 'gradient');
    // A bias behind which the batch's mean is taken away changes nothing: its gradient is 0 but for rounding.
    const inert = name.endsWith('.bias') && parameters.has(name.replace('fc', 'bn')) && name.startsWith('fc');
    const scale = inert ? 1 : Math.max(...gradient.map(Math.abs));
    assert.ok(scale > 0, `${name} has a gradient`);
    values.forEach((value, i) => {
      const h = 1e-5;
      values[i] = value + h;
      const above = loss64(plan.layers, parameters, x, labels, softening);
      values[i] = value - h;
      const below = loss64(plan.layers, parameters, x, labels, softening);
      values[i] = value;
      const difference = (above - below) / (2 * h);
      assert.ok(
        Math.abs(gradient[i] - difference) <= 1e-5 * scale,
        `${name}[${i}]: ${gradient[i]}, by differences ${difference}`,
      );
    });
  }
}

/** The gradient of one image's log-probability of a class by its pixels: what saliency shows. */
async function checkPixelGradients(spec: ModelSpec): Promise<void> {
  const program = buildProgram(spec, { output: { of: 'pixelGradient' } });
  const { layers } = program.plan;
  const size = layers[0].in;
  const rows = 5;
  const random = new RandomStream(keyFromSeed(3));
  const pixels = Uint8Array.from({ length: rows * size }, () => random.nextBelow(256));
  const classes = Uint8Array.from({ length: rows }, () => random.nextBelow(layers[layers.length - 1].out));
  const initial = initialize(program.plan, keyFromSeed(4));
  const backend = await createBackend({ backend: 'reference' });
  const session = backend.createSession(program);
  for (const [name, values] of initial) session.write(name, values);
  const all = Uint32Array.from({ length: rows }, (_, i) => i);
  const gradients = await session.infer(backend.upload(pixels, size), all, { classes });
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

describe('gradients agree with float64 central differences', () => {
  it('of a log-probability by the pixels', () =>
    checkPixelGradients(sequential(linear(9, 8), relu(), linear(8, 7), gelu(), linear(7, 4), logSoftmax())));
  it('LogSoftmax and NLL behind one Linear', () => checkGradients(sequential(linear(6, 5), logSoftmax())));
  it('with label smoothing', () =>
    checkGradients(sequential(linear(6, 8), relu(), linear(8, 5), logSoftmax()), 0.2));
  it('with a teacher', () => checkGradients(sequential(linear(6, 5), logSoftmax()), 0, 1));
  it('with a teacher and label smoothing', () =>
    checkGradients(sequential(linear(6, 8), relu(), linear(8, 5), logSoftmax()), 0.2, 0.6));
  for (const [name, make] of Object.entries({ LeakyReLU: leakyRelu, GELU: gelu, SiLU: silu }))
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
