/** What is measured: networks with their batch sizes, and images to train them on. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Augmentation } from '../../src/engine/backend.ts';
import type { ModelSpec } from '../../src/model/spec.ts';
import { resolveConfig } from '../../src/train/config.ts';
import type { RecipeName } from '../../src/train/recipes.ts';
import type { RunConfig, TrainSettings } from '../../src/train/settings.ts';

/** A network to be timed at a batch size. */
export interface Task {
  readonly name: string;
  readonly batchSize: number;
  readonly config: RunConfig;
  /** Steps that a measurement is of: more of those that are short. */
  readonly steps: number;
}

/** A recipe's network, or one of its own, with other settings. */
export function task(
  name: string,
  recipe: RecipeName | null,
  batchSize: number,
  steps: number,
  more: Partial<TrainSettings> = {},
): Task {
  const settings: Partial<TrainSettings> = { batchSize, ...more };
  return { name, batchSize, steps, config: resolveConfig({ recipe, settings }) };
}

const wide = { hidden: [2048, 2048, 2048], dropout: [] };

/** A is the recipe `baseline`, B is `deeper`. */
export const tasks: readonly Task[] = [
  task('A', 'baseline', 64, 750),
  task('B', 'deeper', 64, 750),
  task('B', 'deeper', 256, 180),
  task('B', 'deeper', 4096, 10),
  task('best-single', 'best-single', 256, 180),
  task('784-2048x3-10', null, 4096, 10, wide),
];

/** Of Couture alone: the first two layers keep their weights, as when a network learns other classes. */
export const frozenTask = task('B, two layers frozen', 'deeper', 64, 750, { freeze: [1, 2] });

/** Multiplies and adds of the products of one training step, twice. */
export function stepFlop({ config, batchSize }: Task): number {
  const pairs = linearsOf(config.model);
  return 2 * batchSize * pairs.reduce((sum, [inputs, out], i) => sum + inputs * out * (i === 0 ? 2 : 3), 0);
}

function linearsOf({ layers }: ModelSpec): (readonly [number, number])[] {
  return layers.flatMap((layer) => (layer.type === 'Linear' ? [[layer.in, layer.out] as const] : []));
}

/** The augmentation that a recipe trains with. */
export function augmentationOf({ settings }: RunConfig): Augmentation | undefined {
  const { flip, shift, rotate, zoom, shear, elastic, erase } = settings;
  if (!flip && shift === 0) return undefined;
  return { options: { flip, shift, rotate, zoom, shear, elastic, erase }, key: [1, 2] };
}

export interface Images {
  readonly images: Uint8Array;
  readonly labels: Uint16Array;
  readonly length: number;
  /** Where they are from, in words. */
  readonly source: string;
}

/** The IDX files of one split in a folder, as many images as are wanted; else made-up ones. */
export function imagesFrom(folder: string, split: 'train' | 't10k', wanted: number): Images {
  const [pixels, labels] = [`${split}-images-idx3-ubyte`, `${split}-labels-idx1-ubyte`].map((name) =>
    join(folder, name),
  );
  if (!existsSync(pixels)) return madeUp(wanted);
  const bytes = new Uint8Array(readFileSync(pixels)).subarray(16);
  const length = Math.min(wanted, bytes.length / 784);
  return {
    length,
    images: bytes.subarray(0, 784 * length),
    labels: Uint16Array.from(new Uint8Array(readFileSync(labels)).subarray(8, 8 + length)),
    source: `${length} images of Fashion-MNIST, ${split}`,
  };
}

/** Timing needs no real photographs. */
function madeUp(length: number): Images {
  const images = new Uint8Array(784 * length);
  let state = 1;
  for (let i = 0; i < images.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    images[i] = state >>> 24;
  }
  const labels = Uint16Array.from({ length }, (_, i) => (i * 7 + (i >> 4)) % 10);
  return { images, labels, length, source: `${length} made-up images` };
}
