/** A trained network by itself: what runs, model files and ensembles have in common. */

import type { ModelSpec } from '../model/spec.ts';
import type { TensorMap } from '../train/events.ts';

/** A network with its weights, by parameter name. */
export interface Network {
  readonly spec: ModelSpec;
  readonly weights: TensorMap;
}
