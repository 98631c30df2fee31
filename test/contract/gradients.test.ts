/**
 * Gradients against float64: the network is stated once more, forward only, in float64 with the same dropout
 * masks, and its loss is differenced centrally by every parameter. The reference backend's gradients agree.
 */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keyFromSeed, philox4x32, RandomStream } from '../../src/core/philox.ts';
import { createBackend } from '../../src/engine/create.ts';
import { initialize } from '../../src/model/init.ts';
import { buildProgram, type DenseLayer } from '../../src/model/program.ts';
import { dropout, linear, logSoftmax, type ModelSpec, relu, sequential } from '../../src/model/spec.ts';

type Parameters64 = Map<string, Float64Array>;

const dropoutKey = [11, 12] as const;

/** 1 / (1 - p) where dropout keeps value j of a row, else 0: from the definition in DESIGN, not from the engine's code. */
function keepFactor(layer: DenseLayer, index: number, row: number, j: number): number {
  if (layer.dropout === 0) return 1;
  const counter = row * Math.ceil(layer.out / 4) + Math.floor(j / 4);
  const word = philox4x32(dropoutKey, counter, 0, index, 0, [0, 0, 0, 0])[j % 4];
  return word / 2 ** 32 >= layer.dropout ? 1 / (1 - layer.dropout) : 0;
}

/** Mean NLL of the batch in float64. */
function loss64(
  layers: readonly DenseLayer[],
  parameters: Parameters64,
  x: number[][],
  labels: Uint8Array,
  labelSmoothing = 0,
): number {
  let total = 0;
  x.forEach((pixels, row) => {
    let values = pixels;
    layers.forEach((layer, index) => {
      const weight = parameters.get(`${layer.name}.weight`) ?? new Float64Array();
      const bias = parameters.get(`${layer.name}.bias`) ?? new Float64Array();
      values = Array.from({ length: layer.out }, (_, o) => {
        const z = values.reduce((sum, value, i) => sum + value * weight[o * layer.in + i], bias[o]);
        return (layer.activation === 'relu' ? Math.max(z, 0) : z) * keepFactor(layer, index, row, o);
      });
    });
    const top = Math.max(...values);
    const logSum = top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    total += logSum - (1 - labelSmoothing) * values[labels[row]] - labelSmoothing * mean;
  });
  return total / x.length;
}

async function checkGradients(spec: ModelSpec, labelSmoothing = 0): Promise<void> {
  const program = buildProgram(spec, { keepGradients: true });
  const { plan } = program;
  const size = plan.layers[0].in;
  const classes = plan.layers.at(-1)?.out ?? 0;
  const random = new RandomStream(keyFromSeed(9));
  const rows = 7;
  const pixels = Uint8Array.from({ length: rows * size }, () => random.nextBelow(256));
  const labels = Uint8Array.from({ length: rows }, () => random.nextBelow(classes));
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
    labelSmoothing,
  });
  const x = Array.from({ length: rows }, (_, row) =>
    Array.from(pixels.subarray(row * size, (row + 1) * size), (byte) => (byte / 255 - 0.5) / 0.5),
  );
  const parameters: Parameters64 = new Map(
    [...initial].map(([name, values]) => [name, Float64Array.from(values)]),
  );
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / rows;
  assert.ok(
    Math.abs(mean - loss64(plan.layers, parameters, x, labels, labelSmoothing)) < 1e-6 * mean,
    'the loss itself',
  );
  for (const { name } of plan.parameters) {
    const values = parameters.get(name) ?? new Float64Array();
    const gradient = session.read(name, 'gradient');
    const scale = Math.max(...gradient.map(Math.abs));
    assert.ok(scale > 0, `${name} has a gradient`);
    values.forEach((value, i) => {
      const h = 1e-5;
      values[i] = value + h;
      const above = loss64(plan.layers, parameters, x, labels, labelSmoothing);
      values[i] = value - h;
      const below = loss64(plan.layers, parameters, x, labels, labelSmoothing);
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
    checkPixelGradients(sequential(linear(9, 8), relu(), linear(8, 7), relu(), linear(7, 4), logSoftmax())));
  it('LogSoftmax and NLL behind one Linear', () => checkGradients(sequential(linear(6, 5), logSoftmax())));
  it('with label smoothing', () =>
    checkGradients(sequential(linear(6, 8), relu(), linear(8, 5), logSoftmax()), 0.2));
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
