/** The digest of a network's weights. */

import type { Network } from '../model/network.ts';
import { planModel } from '../model/plan.ts';
import { weightsSha256, withShapes } from './safetensors.ts';

/** SHA-256 of the weights of a network, as in metrics.json and model cards. */
export async function networkSha256({ spec, weights }: Pick<Network, 'spec' | 'weights'>): Promise<string> {
  return await weightsSha256(withShapes(planModel(spec).parameters, weights));
}
