/** What a run of the bench found, and the figures that follow from it. */

import type { Missing } from './bench.ts';
import { best, type Result } from './measure.ts';
import {
  BATCH_SIZE,
  ladderShapes,
  models,
  type PublishedModel,
  peakShape,
  TRAIN_IMAGES,
  trainFlop,
} from './models.ts';
import type { TimeTo } from './parts/time-to.ts';
import type { Whole } from './parts/whole.ts';
import type { Zeros } from './parts/zeros.ts';

/** What one run measured; plain data, so that it can be stored. */
export interface Findings {
  /** Kernel ladder, and OpenBLAS's peak. */
  readonly ladder?: readonly Result[];
  /** PyTorch's settings. */
  readonly sweep?: readonly Result[];
  readonly epochs?: readonly Result[];
  readonly wholes?: readonly Whole[];
  readonly uses?: readonly Result[];
  readonly zeros?: readonly Zeros[];
  readonly growth?: readonly Result[];
  /** In pages of Chromium. */
  readonly page?: readonly Result[];
  readonly missing: readonly Missing[];
  /** What each family is, with its version. */
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: string;
  readonly cores: number;
  readonly date: string;
  readonly seconds: number;
  /** Of the machine over the last minute, at the end. */
  readonly load: number;
  readonly repeats: number;
  readonly budget: number;
  readonly steps: number;
  readonly trainedEpochs: number;
}

/** All that the page shows: what was measured in one run, and what takes a run of its own. */
export interface Shown {
  readonly findings: Findings;
  readonly timeTo: TimeTo | undefined;
}

export const peers = ['PyTorch', 'jax-js', 'TensorFlow.js wasm'] as const;
export const BLAS = 'OpenBLAS';
export const libraries = ['OpenBLAS, AVX2 only', BLAS];

/** Seconds of a whole training. */
export function wholeSeconds({ seconds }: Whole): number {
  return seconds.reduce((sum, value) => sum + value, 0);
}

/** The shortest whole training of a model by a family. */
export function bestWhole(
  { wholes = [] }: Findings,
  family: string,
  { name }: PublishedModel,
): Whole | undefined {
  return wholes
    .filter((whole) => whole.family === family && whole.model === name)
    .sort((a, b) => wholeSeconds(a) - wholeSeconds(b))
    .at(0);
}

/** How many times as long PyTorch takes for a whole training. */
export function wholeLead(findings: Findings, model: PublishedModel): number | undefined {
  const [own, peer] = ['Couture', 'PyTorch'].map((family) => bestWhole(findings, family, model));
  return own && peer && ratio(wholeSeconds(peer), wholeSeconds(own));
}

/** GFLOP/s of a whole training, as if every product were dense. */
export function wholeGflops(findings: Findings, model: PublishedModel): number | undefined {
  const own = bestWhole(findings, 'Couture', model);
  return own && (trainFlop(model, TRAIN_IMAGES) * own.epochs) / wholeSeconds(own) / 1e9;
}

/** Multiplies and adds of a product. */
export function productFlop(shape: { rows: number; inputs: number; outputs: number }): number {
  return 2 * shape.rows * shape.inputs * shape.outputs;
}

/** The most that OpenBLAS reached, with whatever instructions and threads. */
export function peakGflops({ ladder = [] }: Findings): number | undefined {
  const found = libraries.flatMap((family) => best(ladder, family, peakShape.label) ?? []);
  return found.length > 0
    ? Math.max(...found.map(({ median }) => productFlop(peakShape) / median / 1e9))
    : undefined;
}

/** MFLOP of a step. */
export function stepMflop(model: PublishedModel): number {
  return trainFlop(model, BATCH_SIZE) / 1e6;
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

/** The models that were trained whole. */
export function trainedModels({ wholes = [] }: Findings): PublishedModel[] {
  return models.filter(({ name }) => wholes.some(({ model }) => model === name));
}
