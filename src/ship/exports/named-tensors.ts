/** The tensors of a network with names and shapes, for formats that pack them. */

import { type Network, takeTensor } from '../../model/network.ts';
import { planModel } from '../../model/plan.ts';
import type { NamedTensor } from './packed-weights.ts';

/** In the order of the plan. */
export function namedTensors({ spec, weights }: Pick<Network, 'spec' | 'weights'>): NamedTensor[] {
  return planModel(spec).parameters.map(({ name, shape }) => ({
    ...{ name, shape },
    values: takeTensor(weights, name),
  }));
}
