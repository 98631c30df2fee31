/** Reads what make_fixtures.py wrote: PyTorch's numbers, and the batch that they belong to. */

import { readFileSync } from 'node:fs';
import { parseIdx } from '../../src/data/idx.ts';
import type { OptimizerOptions } from '../../src/engine/backend.ts';
import { type ActivationName, type ModelSpec, multilayer, type NormName } from '../../src/model/spec.ts';
import { decodeSafetensors, type Tensor } from '../../src/ship/safetensors.ts';

/** One network of golden.json. */
interface Entry {
  readonly widths: readonly number[];
  /** One probability per Linear. */
  readonly dropout: readonly number[];
  readonly lr: number;
  readonly activation?: ActivationName;
  readonly batchNorm?: boolean;
  readonly norm?: NormName;
  readonly blocks?: number;
  readonly expansion?: number;
  readonly optimizer?: 'adam' | 'sgd';
  readonly weightDecay?: number;
  readonly labelSmoothing?: number;
  readonly initialWeightsSha256: string;
  readonly losses: readonly number[];
  readonly inferenceLoss: number | null;
}

export interface Golden {
  readonly name: string;
  readonly spec: ModelSpec;
  readonly learningRate: number;
  readonly optimizer: OptimizerOptions;
  readonly labelSmoothing: number;
  /** Over the first weights as little-endian float32, tensor after tensor. */
  readonly initialWeightsSha256: string;
  /** Mean loss of each step on the one batch. */
  readonly losses: readonly number[];
  /** Mean NLL of the batch after them, in inference; null where it is chance. */
  readonly inferenceLoss: number | null;
  /** Of the first step, by parameter. */
  readonly gradients: ReadonlyMap<string, Tensor>;
}

const read = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url));

const file: { seed: number; models: Record<string, Entry> } = JSON.parse(read('golden.json').toString());

/** The seed of every network here. */
export const seed = file.seed;

/** The batch: real images and their labels. */
export const images = parseIdx(read('images-idx3-ubyte'), { name: 'images-idx3-ubyte', ndims: 3 });
export const labels = parseIdx(read('labels-idx1-ubyte'), { name: 'labels-idx1-ubyte', ndims: 1 }).data;

export const goldens: readonly Golden[] = Object.entries(file.models).map(([name, entry]) => {
  const { widths, dropout, lr, batchNorm = false, initialWeightsSha256, losses, inferenceLoss } = entry;
  const { activation = 'relu', norm = batchNorm ? 'batch' : 'none', blocks = 0, expansion = 2 } = entry;
  const { weightDecay = 0, labelSmoothing = 0 } = entry;
  const gradients = `${name}-gradients.safetensors`;
  return {
    name,
    spec: multilayer(widths[0], widths.slice(1, -1), widths.at(-1)!, dropout, {
      activation,
      norm,
      blocks,
      expansion,
    }),
    learningRate: lr,
    optimizer:
      entry.optimizer === 'sgd'
        ? { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay }
        : { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay },
    labelSmoothing,
    initialWeightsSha256,
    losses,
    inferenceLoss,
    gradients: decodeSafetensors(read(gradients), gradients).tensors,
  };
});
