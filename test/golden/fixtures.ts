/** Reads what make_fixtures.py wrote: PyTorch's numbers, and the batch that they belong to. */

import { readFileSync } from 'node:fs';
import { parseIdx } from '../../src/data/idx.ts';
import { type MixOptions, mixes } from '../../src/data/mix.ts';
import type { Distillation, OptimizerOptions } from '../../src/engine/backend.ts';
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
  readonly optimizer?: 'adam' | 'sgd' | 'lion';
  readonly clip?: number;
  readonly lasso?: number;
  readonly lassoThreshold?: number;
  readonly weightDecay?: number;
  readonly labelSmoothing?: number;
  readonly distillation?: number;
  readonly mixup?: number;
  readonly cutmix?: number;
  readonly initialWeightsSha256: string;
  readonly losses: readonly number[];
  readonly inferenceLoss: number | null;
}

export interface Golden {
  readonly name: string;
  readonly spec: ModelSpec;
  readonly learningRate: number;
  readonly optimizer: OptimizerOptions;
  /** Largest norm of the gradient; 0 for no limit. */
  readonly clip: number;
  readonly labelSmoothing: number;
  readonly distillation: Distillation | undefined;
  readonly mixing: MixOptions | undefined;
  /** Over the first weights as little-endian float32, tensor after tensor. */
  readonly initialWeightsSha256: string;
  /** Mean loss of each step on the one batch. */
  readonly losses: readonly number[];
  /** Mean NLL of the batch after them, in inference; null where it is chance. */
  readonly inferenceLoss: number | null;
  /** Of the first step, by parameter; clipped. */
  readonly gradients: ReadonlyMap<string, Tensor>;
}

const read = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url));

const file: { seed: number; models: Record<string, Entry> } = JSON.parse(read('golden.json').toString());

/** The seed of every network here. */
export const seed = file.seed;

/** The batch: real images and their labels. */
export const images = parseIdx(read('images-idx3-ubyte'), { name: 'images-idx3-ubyte', ndims: 3 });
export const labels = parseIdx(read('labels-idx1-ubyte'), { name: 'labels-idx1-ubyte', ndims: 1 }).data;

const teacherFile = 'teacher.safetensors';
const probabilities = decodeSafetensors(read(teacherFile), teacherFile).tensors.get('probabilities')!.data;

export const goldens: readonly Golden[] = Object.entries(file.models).map(([name, entry]) => {
  const { widths, dropout, lr, batchNorm = false, initialWeightsSha256, losses, inferenceLoss } = entry;
  const { activation = 'relu', norm = batchNorm ? 'batch' : 'none', blocks = 0, expansion = 2 } = entry;
  const { labelSmoothing = 0, clip = 0, distillation = 0, mixup = 0, cutmix = 0 } = entry;
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
    optimizer: optimizerOf(entry),
    clip,
    labelSmoothing,
    distillation: distillation > 0 ? { probabilities, share: distillation } : undefined,
    mixing: mixes({ mixup, cutmix }) ? { mixup, cutmix } : undefined,
    initialWeightsSha256,
    losses,
    inferenceLoss,
    gradients: decodeSafetensors(read(gradients), gradients).tensors,
  };
});

function optimizerOf({ optimizer, weightDecay = 0, lasso, lassoThreshold = 0 }: Entry): OptimizerOptions {
  if (optimizer === 'lion') return { name: 'lion', beta1: 0.9, beta2: 0.99, weightDecay };
  if (optimizer !== 'sgd') return { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay };
  const thresholding = lasso && { penalty: lasso, threshold: lasso * lassoThreshold };
  return {
    name: 'sgd',
    momentum: 0.9,
    nesterov: true,
    weightDecay,
    ...(thresholding && { lasso: thresholding }),
  };
}
