/**
 * The second tier of the contract, for backends of other bits: a few networks that have every op between them, and how far
 * what comes of them may be from the reference's.
 */

import { performance } from 'node:perf_hooks';
import type { Backend, OptimizerOptions } from '../../src/engine/backend.ts';
import {
  batchNorm,
  dropout,
  gelu,
  layerNorm,
  leakyRelu,
  linear,
  logSoftmax,
  relu,
  residual,
  root,
  sequential,
  silu,
} from '../../src/model/spec.ts';
import { type Case, runCase } from './cases.ts';

const sgd: OptimizerOptions = { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.01 };
const base = { images: 50, batchSize: 16, seed: 6, keepGradients: false, average: true, optimizer: sgd };
const ending = [linear(40, 7), logSoftmax()] as const;
const move = { flip: true, shift: 1, rotate: 5, zoom: 0.2, shear: 5, elastic: 2, erase: 0.5 };

/** By what they show. */
export const agreementCases: Readonly<Record<string, Case>> = {
  'ReLU and dropout, gradients kept': {
    ...base,
    keepGradients: true,
    spec: sequential(linear(100, 40), relu(), dropout(0.25), ...ending),
  },
  'BatchNorm1d, fused': {
    ...base,
    averageStatistics: true,
    spec: sequential(linear(130, 40), batchNorm(40), gelu(), dropout(0.1), ...ending),
  },
  'LayerNorm and blocks': {
    ...base,
    keepGradients: true,
    spec: sequential(
      linear(130, 40),
      layerNorm(40),
      silu(),
      residual(layerNorm(40), linear(40, 20), gelu(), linear(20, 40), dropout(0.1)),
      residual(batchNorm(40), linear(40, 40)),
      layerNorm(40),
      ...ending,
    ),
  },
  'frozen: the first layer, and a BatchNorm1d and a LayerNorm behind a trained one': {
    ...base,
    frozen: 0b1101,
    settled: true,
    spec: sequential(
      linear(130, 40),
      batchNorm(40),
      gelu(),
      linear(40, 40),
      layerNorm(40),
      relu(),
      linear(40, 40),
      batchNorm(40),
      silu(),
      dropout(0.1),
      linear(40, 40),
      layerNorm(40),
      root(),
      ...ending,
    ),
  },
  'clipped, Root and LeakyReLU': {
    ...base,
    clip: 0.1,
    spec: sequential(linear(130, 40), root(), linear(40, 40), leakyRelu(), ...ending),
  },
  'augmented, mixed and taught, color': {
    ...base,
    labelSmoothing: 0.1,
    weighed: true,
    distillation: 0.7,
    augment: { options: move, mixing: { mixup: 0.4, cutmix: 0.5 }, square: true },
    spec: sequential(linear(12 * 9 * 3, 40), relu(), ...ending),
  },
  'deeper, batches of 64': {
    ...base,
    batchSize: 64,
    images: 100,
    spec: sequential(
      linear(784, 392),
      relu(),
      dropout(0.25),
      linear(392, 196),
      relu(),
      dropout(0.25),
      linear(196, 98),
      relu(),
      linear(98, 10),
      logSoftmax(),
    ),
  },
};

/** Where BatchNorm1d takes a sum's mean away, its gradient is what is left of numbers that cancel. */
const BEHIND_NORM = 1e-3;
/** Relative, by norms: the difference of a whole tensor over the tensor. */
const BOUND = 1e-4;
/** What a sum of terms of about 1 in float32 may be off by, at least. */
const LEAST = 1e-6;

export interface Agreement {
  readonly title: string;
  readonly seconds: number;
  /** The tensor that is furthest off, and by how much of what it may be. */
  readonly name: string;
  readonly share: number;
}

/** For each case the tensor that is furthest from the reference's, as a share of its bound: 1 and less agrees. */
export async function compareCases(
  gpu: Backend,
  reference: Backend,
  titles: readonly string[] = Object.keys(agreementCases),
): Promise<Agreement[]> {
  const found: Agreement[] = [];
  for (const title of titles) {
    const sample = agreementCases[title];
    const began = performance.now();
    const actual = await runCase(gpu, sample);
    const seconds = (performance.now() - began) / 1000;
    const bound = JSON.stringify(sample.spec).includes('BatchNorm1d') ? BEHIND_NORM : BOUND;
    const shares = [...(await runCase(reference, sample))].map(([name, expected]) => ({
      name,
      share: shareOf(bound, actual.get(name) ?? new Float32Array(), expected),
    }));
    // What is no number is worst of all.
    const worst = shares.reduce((a, b) => (a.share >= b.share || Number.isNaN(a.share) ? a : b));
    found.push({ title, seconds, ...worst });
  }
  return found;
}

/** The norm of the difference, over what it may be; NaN where a value is none. */
function shareOf(bound: number, actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Number.NaN;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i] - expected[i]) ** 2;
    norm += expected[i] ** 2;
  }
  return Math.sqrt(difference) / (bound * Math.sqrt(norm) + LEAST);
}
