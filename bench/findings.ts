/** What a run of the bench found, and the figures that follow from it. */

import { best, type Result } from './measure.ts';
import { ladderShapes, type Model, peakShape, TRAIN_IMAGES, trainFlop } from './models.ts';
import type { Options } from './options.ts';

export interface Findings {
  readonly ladder?: readonly Result[];
  readonly epochs?: readonly Result[];
  readonly uses?: readonly Result[];
  readonly growth?: readonly Result[];
  readonly page?: readonly Result[];
  readonly missing: readonly { readonly who: string; readonly reason: string }[];
  readonly versions: ReadonlyMap<string, string>;
  readonly machine: string;
  readonly cores: number;
  readonly options: Options;
  readonly seconds: number;
}

export const peers = ['PyTorch', 'jax-js', 'TensorFlow.js wasm'] as const;
export const BLAS = 'OpenBLAS';
const BLAS_AVX2 = 'OpenBLAS, AVX2 only';
export const libraries = [BLAS_AVX2, BLAS];

export function ofThreads(epochs: readonly Result[], threads: number): Result | undefined {
  const setting = threads === 1 ? '1 thread' : `${threads} threads`;
  return epochs.find(
    (r) =>
      r.family === 'Couture' && r.setting === setting && r.label === 'epoch B' && !Number.isNaN(r.median),
  );
}

export function achievedGflops({ epochs }: Findings, model: Model): number | undefined {
  const seconds = best(epochs ?? [], 'Couture', `epoch ${model.name}`)?.median;
  return seconds === undefined ? undefined : trainFlop(model, TRAIN_IMAGES) / seconds / 1e9;
}

export function productFlop({
  rows,
  inputs,
  outputs,
}: {
  rows: number;
  inputs: number;
  outputs: number;
}): number {
  return 2 * rows * inputs * outputs;
}

/** The most that OpenBLAS reached, with whatever instructions and threads. */
export function peakGflops({ ladder = [] }: Findings): number | undefined {
  const found = libraries.flatMap((family) => best(ladder, family, peakShape.label) ?? []);
  return found.length > 0
    ? Math.max(...found.map(({ median }) => productFlop(peakShape) / median / 1e9))
    : undefined;
}

const rungs = [
  ['plain', 'reference', 'reference: plain TypeScript, every operation rounded to float32'],
  ['plain', 'scalar', 'naive WebAssembly, one scalar at a time'],
  ['plain', 'vector', 'vectors of four, no tile'],
  ['plain', 'narrow', "Couture's narrow tile, 128-bit"],
  ['plain', 'wide', "Couture's wide tile, not paired (it spills; not used so)"],
  ['paired', 'wide', "Couture's wide tile, 256-bit pairs"],
] as const;

/** GFLOP/s of the rungs and of OpenBLAS, one thread, by shape. */
export function ladderRows({ ladder = [] }: Findings): { name: string; results: (Result | undefined)[] }[] {
  const own = rungs.map(([setting, kernel, name]) => ({
    name,
    results: ladderShapes.map(({ label }) =>
      ladder.find((r) => r.family === 'Kernels' && r.setting === setting && r.label === `${label} ${kernel}`),
    ),
  }));
  const native = libraries.map((family) => ({
    name: family,
    results: ladderShapes.map(({ label }) =>
      ladder.find((r) => r.family === family && r.setting === '1 thread' && r.label === label),
    ),
  }));
  return [...own, ...native].filter(({ results }) => results.some((result) => result !== undefined));
}

export function gflopsOf(result: Result | undefined, index: number): number {
  return productFlop(ladderShapes[index]) / (result?.median ?? Number.NaN) / 1e9;
}

/** a / b where both were measured. */
export function ratio(a: number | undefined, b: number | undefined): number | undefined {
  const value = a === undefined || b === undefined ? Number.NaN : a / b;
  return Number.isFinite(value) ? value : undefined;
}
