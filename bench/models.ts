/** What every contender trains, and the arithmetic in it. */

import { resolveConfig } from '../src/train/config.ts';

export interface Model {
  readonly name: string;
  readonly hidden: readonly number[];
  /** Probability after each hidden layer; missing ones are 0. */
  readonly dropout: readonly number[];
  /** Adam's. */
  readonly learningRate: number;
}

/** A network that was published, and so has a recipe. */
export interface PublishedModel extends Model {
  readonly name: 'A' | 'B';
  readonly recipe: 'baseline' | 'deeper';
  readonly epochs: number;
}

export const PIXELS = 784;
export const CLASSES = 10;
/** One epoch of Fashion-MNIST with a fifth held out. */
export const TRAIN_IMAGES = 48_000;
export const TEST_IMAGES = 10_000;
export const BATCH_SIZE = 64;

export const modelA = publishedModel('A', 'baseline');
export const modelB = publishedModel('B', 'deeper');
export const models: readonly PublishedModel[] = [modelA, modelB];

function publishedModel(name: 'A' | 'B', recipe: 'baseline' | 'deeper'): PublishedModel {
  const { hidden, dropout, learningRate, epochs } = resolveConfig({ recipe }).settings;
  return { name, recipe, hidden, dropout, learningRate, epochs };
}

/** Widths from the pixels to the classes. */
export function widths(model: Model): number[] {
  return [PIXELS, ...model.hidden, CLASSES];
}

/** Multiplies and adds of one training step: forward, weight gradients, input gradients but the first layer's. */
export function trainFlop(model: Model, batchSize: number): number {
  const all = widths(model);
  let products = 0;
  for (let i = 0; i + 1 < all.length; i++) products += all[i] * all[i + 1] * (i === 0 ? 2 : 3);
  return 2 * batchSize * products;
}

/** The same of `images` images in inference. */
export function inferFlop(model: Model, images: number): number {
  const all = widths(model);
  let products = 0;
  for (let i = 0; i + 1 < all.length; i++) products += all[i] * all[i + 1];
  return 2 * images * products;
}

/** The same bytes for whoever asks, where no network has to learn from them. */
export function makeImages(count: number): Uint8Array {
  const images = new Uint8Array(count * PIXELS);
  let state = 1;
  for (let i = 0; i < images.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    images[i] = state >>> 24;
  }
  return images;
}

export function makeLabels(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => (i * 7 + (i >> 4)) % CLASSES);
}

/** Uniform values in ±1 / sqrt(fan_in), from a generator of no importance. */
export function makeWeights(length: number, fanIn: number): Float32Array<ArrayBuffer> {
  const bound = 1 / Math.sqrt(fanIn);
  let state = length;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state / 2 ** 31 - 1) * bound;
  });
}

/** The numbers 0 to count - 1, shuffled. */
export function shuffled(count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  let state = 12_345;
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const j = state % (i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** The shapes of the ladder: a square, and what model B's first layer multiplies in a step. */
export const ladderShapes = [
  { label: '256 x 256 x 256', rows: 256, inputs: 256, outputs: 256 },
  { label: '64 x 784 x 392', rows: 64, inputs: 784, outputs: 392 },
] as const;

/** Large enough for a BLAS to reach what the machine can do. */
export const peakShape = { label: '1024 x 1024 x 1024', rows: 1024, inputs: 1024, outputs: 1024 } as const;
