/**
 * A layer of a plan, and what is to be known of it wherever it runs. Workers load this file: it leads to no package, which
 * a page's worker could not find by its name.
 */

import type { NormName } from './spec.ts';

export type Activation = 'none' | 'relu' | 'leakyRelu' | 'gelu' | 'silu' | 'root';

/**
 * One Linear with what belongs to it: y = dropout(activation(x Wᵀ + b)), with a norm of x or of the product, and plus what
 * skipped a residual block. The unit that kernels fuse.
 */
export interface DenseLayer {
  /** fc1, fc2, … */
  readonly name: string;
  readonly in: number;
  readonly out: number;
  /** Of each feature over the batch, or of each image over its features. */
  readonly norm: NormName;
  /** Whether the norm is of x, in front of the product; else it is between product and activation. */
  readonly preNorm: boolean;
  readonly activation: Activation;
  /** Dropout probability after the activation; 0 for none. */
  readonly dropout: number;
  /** The layer whose y is added behind the dropout: this one ends the residual block that begins with that y. */
  readonly skip: number | undefined;
}

/** Values that a layer's norm is of. */
export function normWidth(layer: DenseLayer): number {
  return layer.preNorm ? layer.in : layer.out;
}

/** Whether many values of a layer's y, and with them of its dz, are 0: its activation is 0 for all that is not above 0. */
export function makesZeros({ activation }: DenseLayer): boolean {
  return activation === 'relu' || activation === 'root';
}

/** Whether a layer has a norm between product and activation. */
export function normsProduct({ norm, preNorm }: DenseLayer): boolean {
  return norm !== 'none' && !preNorm;
}

/** Whether what follows the product of a layer is ops of its own; else it is the product's epilogue. */
export function needsActivate(layer: DenseLayer): boolean {
  return normsProduct(layer) || !(layer.activation === 'none' || layer.activation === 'relu');
}

/** Whether dz of a layer below the last comes from dy by an op of its own; else it is the epilogue of `inputGradient`. */
export function isApart(layers: readonly DenseLayer[], layer: number): boolean {
  return needsActivate(layers[layer]) || layers[layer].skip !== undefined || layers[layer + 1].preNorm;
}

/** The layer with which the residual block ends that begins with this one's y; undefined where none does. */
export function skipEnd<Layer extends DenseLayer>(
  layers: readonly Layer[],
  layer: number,
): Layer | undefined {
  return layers.find(({ skip }) => skip === layer);
}
