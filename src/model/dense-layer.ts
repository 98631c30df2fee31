/**
 * A layer of a plan and its properties for every backend. Workers load this file, so it imports no package,
 * which a page's worker could not find by its name.
 */

import type { NormName } from './spec.ts';

export type Activation = 'none' | 'relu' | 'leakyRelu' | 'gelu' | 'silu' | 'root';

/**
 * One Linear with its parts: y = dropout(activation(x Wᵀ + b)), with a norm of x or of the product, plus the
 * skip connection of a residual block. Kernels fuse this unit.
 */
export interface DenseLayer {
  /** fc1, fc2, … */
  readonly name: string;
  readonly in: number;
  readonly out: number;
  /** `batch`: of each feature over the batch; `layer`: of each image over its features. */
  readonly norm: NormName;
  /** Whether the norm is of x, before the product; otherwise it is between product and activation. */
  readonly preNorm: boolean;
  readonly activation: Activation;
  /** Dropout probability after the activation; 0 for none. */
  readonly dropout: number;
  /**
   * The layer whose y is added after the dropout: this layer ends the residual block whose input is that y.
   */
  readonly skip: number | undefined;
}

/** Number of values that the norm of a layer normalizes. */
export function normWidth(layer: DenseLayer): number {
  return layer.preNorm ? layer.in : layer.out;
}

/** Whether many values of a layer's y, and of its dz, are 0: its activation is 0 for all values up to 0. */
export function makesZeros({ activation }: DenseLayer): boolean {
  return activation === 'relu' || activation === 'root';
}

/** Whether a layer has a norm between product and activation. */
export function normsProduct({ norm, preNorm }: DenseLayer): boolean {
  return norm !== 'none' && !preNorm;
}

/** Whether separate ops follow the product of a layer; otherwise they are the epilogue of the product. */
export function needsActivate(layer: DenseLayer): boolean {
  return normsProduct(layer) || !(layer.activation === 'none' || layer.activation === 'relu');
}

/**
 * Whether a separate op computes dz of a layer below the last from dy; otherwise it is the epilogue of
 * `inputGradient`.
 */
export function isApart(layers: readonly DenseLayer[], layer: number): boolean {
  return needsActivate(layers[layer]) || layers[layer].skip !== undefined || layers[layer + 1].preNorm;
}

/** The last layer of the residual block whose input is the y of this layer; undefined if there is none. */
export function skipEnd<Layer extends DenseLayer>(
  layers: readonly Layer[],
  layer: number,
): Layer | undefined {
  return layers.find(({ skip }) => skip === layer);
}
