/** Trainings of a recipe on CPU and GPU, and how much they differ. */

import type { GpuDescription } from './adapter.ts';

/** What one training came to. */
export interface Curve {
  readonly recipe: string;
  readonly backend: 'cpu' | 'gpu';
  readonly seed: number;
  /** Whether the CPU may fuse products and sums. */
  readonly fast: boolean;
  readonly seconds: number;
  readonly history: readonly CurvePoint[];
}

/** One epoch, as results.csv has it. */
export interface CurvePoint {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly validationLoss: number;
  readonly validationAccuracy: number;
}

/** The trainings of one run of the command. */
export interface Curves {
  readonly date: string;
  readonly machine: string;
  readonly couture: string;
  readonly node: string;
  readonly gpu: GpuDescription;
  readonly curves: readonly Curve[];
}

/** The trainings of a recipe: one seed on both, and what gives the scale. */
export interface Compared {
  readonly recipe: string;
  readonly cpu: Curve;
  readonly gpu: Curve;
  readonly fast: Curve;
  readonly other: Curve;
}

export function comparedOf({ curves }: Curves): Compared[] {
  return [...new Set(curves.map(({ recipe }) => recipe))].flatMap((recipe) => {
    const find = (backend: string, seed: number, fast = false) =>
      curves.find(
        (curve) =>
          curve.recipe === recipe && curve.backend === backend && curve.seed === seed && curve.fast === fast,
      );
    const [cpu, other, fast, gpu] = [find('cpu', 1), find('cpu', 2), find('cpu', 1, true), find('gpu', 1)];
    return cpu && other && fast && gpu ? [{ recipe, cpu, gpu, fast, other }] : [];
  });
}

type Value = Exclude<keyof CurvePoint, 'epoch'>;

/** The largest difference of two trainings in any epoch. */
export function largestDifference(a: Curve, b: Curve, value: Value): number {
  return Math.max(...a.history.map((point, i) => Math.abs(point[value] - b.history[i][value])));
}

/** The epoch that a run keeps. */
export function bestOf({ history }: Curve): CurvePoint {
  return history.reduce((best, point) => (point.validationLoss < best.validationLoss ? point : best));
}
