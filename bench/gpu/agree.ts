/** The contract's cases on a GPU, beside the reference: a few networks that have every op between them. */

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
import { type Case, runCase } from '../../test/contract/cases.ts';

const sgd: OptimizerOptions = { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.01 };
const base = { images: 50, batchSize: 16, seed: 6, keepGradients: false, average: true, optimizer: sgd };
const ending = [linear(40, 7), logSoftmax()] as const;
const move = { flip: true, shift: 1, rotate: 5, zoom: 0.2, shear: 5, elastic: 2, erase: 0.5 };

const cases: Readonly<Record<string, Case>> = {
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
  'clipped, Root and LeakyReLU': {
    ...base,
    clip: 0.1,
    spec: sequential(linear(130, 40), root(), linear(40, 40), leakyRelu(), ...ending),
  },
  'augmented, mixed and taught, color': {
    ...base,
    labelSmoothing: 0.1,
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

export interface Agreement {
  readonly title: string;
  readonly seconds: number;
  readonly worst: string;
}

/** For each case the tensor that is furthest off, by the norm of the difference over the norm of the tensor. */
export async function compareCases(gpu: Backend, reference: Backend, light: boolean): Promise<Agreement[]> {
  const found: Agreement[] = [];
  for (const [title, sample] of Object.entries(cases).slice(0, light ? 2 : undefined)) {
    const began = performance.now();
    const actual = await runCase(gpu, sample);
    const seconds = (performance.now() - began) / 1000;
    const expected = await runCase(reference, sample);
    const errors = [...expected].map(([name, values]): [string, number] => [
      name,
      distance(actual.get(name) ?? new Float32Array(), values),
    ]);
    const worst = errors.sort(([, a], [, b]) => (a === b ? 0 : !(a < b) ? -1 : 1)).slice(0, 3);
    found.push({
      title,
      seconds,
      worst: worst.map(([name, error]) => `${error.toExponential(1)} (${name})`).join(', '),
    });
  }
  return found;
}

/** The norm of the difference over the norm; NaN where a value is none. */
export function distance(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Number.NaN;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i] - expected[i]) ** 2;
    norm += expected[i] ** 2;
  }
  return Math.sqrt(difference) / Math.max(Math.sqrt(norm), 1e-12);
}
