/** A trained network by itself: what runs, model files and ensembles have in common. */

import { CoutureError } from '../core/errors.ts';
import { planModel } from '../model/plan.ts';
import type { ModelSpec } from '../model/spec.ts';
import type { TensorMap } from '../train/events.ts';
import { weightsSha256, withShapes } from './safetensors.ts';

/**
 * The weights' tensor of that name.
 * @throws CoutureError of kind `usage` when there is none
 */
export function takeTensor(weights: TensorMap, name: string): Float32Array {
  const values = weights.get(name);
  if (values !== undefined) return values;
  throw new CoutureError('usage', `The weights lack the tensor "${name}".`, {
    hint: 'They belong to another network: give those that were trained with this one.',
  });
}

/** A network with its weights, by parameter name. */
export interface Network {
  readonly spec: ModelSpec;
  readonly weights: TensorMap;
}

/** SHA-256 of a network's weights: what metrics.json and model cards know them by. */
export async function networkSha256({ spec, weights }: Network): Promise<string> {
  return await weightsSha256(withShapes(planModel(spec).parameters, weights));
}
