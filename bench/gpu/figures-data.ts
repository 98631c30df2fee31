/** The figures of a GPU as bench/gpu prints them, and as bench/results/gpu.json keeps them. */

import type { GpuDescription } from './adapter.ts';
import type { Choice } from './choices.ts';

/** What figures.ts prints. */
export interface CoutureFigures {
  readonly date: string;
  readonly couture: string;
  readonly node: string;
  readonly processor: string;
  readonly threads: number;
  readonly adapter: GpuDescription;
  readonly gpu?: BackendFigures;
  readonly 'gpu, fast'?: BackendFigures;
  readonly cpu?: BackendFigures;
  readonly 'cpu, fast'?: BackendFigures;
  readonly runs: readonly WholeRun[];
  readonly choices?: readonly Choice[];
  readonly dispatchMicroseconds?: { readonly total: number; readonly encode: number };
}

export interface BackendFigures {
  readonly info: { readonly variant: string };
  readonly steps: readonly StepFigure[];
  /** By the number of images. */
  readonly predictMicroseconds: Readonly<Record<string, number>>;
}

export interface StepFigure {
  readonly name: string;
  readonly batchSize: number;
  readonly microseconds: number;
}

/** The training of a recipe. */
export interface WholeRun {
  readonly on: string;
  readonly recipe: string;
  readonly seed: number;
  readonly epochs: number;
  readonly seconds: number;
  readonly accuracy: number;
}

/** What pytorch.py prints: seconds by the way in which it computes. */
export interface PytorchFigures {
  readonly torch: string;
  readonly gpu: string | null;
  readonly tasks: readonly PeerTask[];
  readonly 'predict cuda'?: Readonly<Record<string, number>>;
  readonly 'predict cpu'?: Readonly<Record<string, number>>;
}

/** What jax_steps.py prints. */
export interface JaxFigures {
  readonly jax: string;
  readonly backend: string;
  readonly tasks: readonly PeerTask[];
}

export interface PeerTask {
  readonly name: string;
  readonly batchSize: number;
  /** Seconds of a step, or why there are none. */
  readonly [way: string]: number | string;
}

/** All that was measured on a machine with a GPU. */
export interface GpuFigures {
  readonly couture: CoutureFigures;
  readonly pytorch?: PytorchFigures | undefined;
  readonly jaxGpu?: JaxFigures | undefined;
  readonly jaxCpu?: JaxFigures | undefined;
  /** What a reader has to know about this measurement. */
  readonly note?: string | undefined;
}
