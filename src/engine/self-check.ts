/** Whether two backends compute the same bits: a small network trained for a few steps on both. */

import { fork, type Key, keyFromSeed, RandomStream } from '../core/philox.ts';
import { initialize } from '../model/init.ts';
import type { NetworkInput } from '../model/network-input.ts';
import { buildProgram } from '../model/program.ts';
import {
  batchNorm,
  dropout,
  gelu,
  layerNorm,
  linear,
  logSoftmax,
  relu,
  residual,
  sequential,
} from '../model/spec.ts';
import type { Backend } from './backend.ts';

/** Odd sizes, so that every kernel also runs its remainder; every kind of layer, so that each kernel runs. */
const SIZE = 150;
const CLASSES = 10;
const spec = sequential(
  linear(SIZE, 37),
  relu(),
  dropout(0.25),
  linear(37, 21),
  batchNorm(21),
  gelu(),
  dropout(0.5),
  residual(layerNorm(21), linear(21, 35), relu(), dropout(0.25), linear(35, 21)),
  layerNorm(21),
  linear(21, CLASSES),
  logSoftmax(),
);
const input: NetworkInput = {
  shape: { height: 1, width: SIZE, channels: 1 },
  pixels: { offset: [0.5], scale: [0.5] },
};
const IMAGES = 90;
const BATCH = 32;

/** Names of what differs between the two; empty when they agree in every bit. */
export async function selfCheck(backend: Backend, reference: Backend): Promise<string[]> {
  const found = await trainSmall(backend);
  const expected = await trainSmall(reference);
  return [...expected].filter(([name, values]) => !sameBits(values, found.get(name))).map(([name]) => name);
}

/**
 * Values that rounding alone moves by whole steps. The gradient of a bias before BatchNorm1d is 0 except for its
 * rounding, but Adam still makes a full step of it. The running mean contains that bias, and an inference reads the
 * mean.
 */
const unsteady: readonly string[] = ['fc2.bias', 'bn2.running_mean', 'log-probabilities'];

/** The largest difference between the two, relative to the largest value of its tensor: the measure for a GPU. */
export async function largestDifference(backend: Backend, reference: Backend): Promise<number> {
  const found = await trainSmall(backend);
  let worst = 0;
  for (const [name, values] of await trainSmall(reference)) {
    if (unsteady.includes(name)) continue;
    const other = found.get(name);
    const size = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
    values.forEach((value, i) => {
      const difference = Math.abs(value - (other?.[i] ?? Number.NaN)) / size;
      worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
    });
  }
  return worst;
}

/**
 * Whether a backend keeps to the reference's bits for `milliseconds` of the same small training: long enough for
 * the JavaScript engine to have replaced its first, quick machine code of the kernels by the optimized one.
 */
export async function keepsToReference(
  backend: Backend,
  reference: Backend,
  milliseconds: number,
): Promise<boolean> {
  const expected = await trainSmall(reference);
  const end = performance.now() + milliseconds;
  do {
    const found = await trainSmall(backend);
    if ([...expected].some(([name, values]) => !sameBits(values, found.get(name)))) return false;
  } while (performance.now() < end);
  return true;
}

async function trainSmall(backend: Backend): Promise<Map<string, Float32Array>> {
  const key = keyFromSeed(1);
  const program = buildProgram(spec, input);
  const pixels = randomBytes(IMAGES * SIZE, fork(key, 'pixels'), 256);
  const labels = Uint16Array.from(randomBytes(IMAGES, fork(key, 'labels'), CLASSES));
  const indices = Uint32Array.from({ length: IMAGES }, (_, i) => (i * 7) % IMAGES);
  const session = await backend.createSession(program);
  const images = await backend.upload(pixels, input.shape);
  try {
    for (const [name, values] of initialize(program.plan, key)) await session.write(name, values);
    const untrained = await session.infer(images, indices);
    const losses = await session.train({
      images,
      labels,
      indices,
      batchSize: BATCH,
      firstStep: 0,
      learningRates: new Float32Array(Math.ceil(IMAGES / BATCH)).fill(0.01),
      optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
      dropoutKey: fork(key, 'dropout'),
    });
    const results = new Map([
      ['log-probabilities before training', untrained],
      ['losses', losses],
      ['log-probabilities', await session.infer(images, indices)],
    ]);
    for (const { name } of program.plan.parameters) results.set(name, await session.read(name));
    return results;
  } finally {
    session.dispose();
    images.dispose();
  }
}

function randomBytes(length: number, key: Key, bound: number): Uint8Array {
  const random = new RandomStream(key);
  return Uint8Array.from({ length }, () => random.nextBelow(bound));
}

function sameBits(a: Float32Array, b: Float32Array | undefined): boolean {
  if (b?.length !== a.length) return false;
  const left = new Uint32Array(a.buffer, a.byteOffset, a.length);
  const right = new Uint32Array(b.buffer, b.byteOffset, b.length);
  return left.every((bits, i) => bits === right[i]);
}
