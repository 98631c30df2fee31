/** Reads what make_fixtures.py wrote: PyTorch's numbers, and the batch that they belong to. */

import { readFileSync } from 'node:fs';
import { parseIdx } from '../../src/data/idx.ts';
import { type ModelSpec, multilayer } from '../../src/model/spec.ts';
import { decodeSafetensors, type Tensor } from '../../src/ship/safetensors.ts';

/** One network of golden.json. */
interface Entry {
  readonly widths: readonly number[];
  /** One probability per Linear. */
  readonly dropout: readonly number[];
  readonly lr: number;
  readonly initialWeightsSha256: string;
  readonly losses: readonly number[];
}

export interface Golden {
  readonly name: string;
  readonly spec: ModelSpec;
  readonly learningRate: number;
  /** Over the first weights as little-endian float32, tensor after tensor. */
  readonly initialWeightsSha256: string;
  /** Mean loss of each step of Adam on the one batch. */
  readonly losses: readonly number[];
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
  const { widths, dropout, lr, initialWeightsSha256, losses } = entry;
  const gradients = `${name}-gradients.safetensors`;
  return {
    name,
    spec: multilayer(widths[0], widths.slice(1, -1), widths.at(-1)!, dropout),
    learningRate: lr,
    initialWeightsSha256,
    losses,
    gradients: decodeSafetensors(read(gradients), gradients).tensors,
  };
});
