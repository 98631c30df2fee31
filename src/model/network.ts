/** A trained network: the common part of training, runs, model files and ensembles. */

import { CoutureError } from '../core/errors.ts';
import type { NetworkInput } from './network-input.ts';
import type { ModelSpec } from './spec.ts';

/** Named float32 tensors, e.g. `fc1.weight`, row-major in PyTorch's shapes. */
export type TensorMap = ReadonlyMap<string, Float32Array>;

/** A network with its weights, by parameter name. */
export interface Network {
  readonly spec: ModelSpec;
  /** What it takes. */
  readonly input: NetworkInput;
  readonly weights: TensorMap;
}

/**
 * The tensor of that name.
 * @throws CoutureError of kind `usage` when there is none
 */
export function takeTensor(weights: TensorMap, name: string): Float32Array {
  const values = weights.get(name);
  if (values !== undefined) return values;
  throw new CoutureError('usage', `The weights lack the tensor "${name}".`, {
    hint: 'They belong to another network. Give the weights of this network.',
  });
}
