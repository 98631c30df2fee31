/** The training loop: an async generator of typed events over one session. Skeleton: the contract first. */

import type { Dataset } from '../data/dataset.ts';
import type { Backend } from '../engine/backend.ts';
import type { TrainEvent, TrainState } from './events.ts';
import type { RunConfig } from './settings.ts';

export interface TrainOptions {
  readonly backend: Backend;
  /** The training split; validation images are held out of it. */
  readonly dataset: Dataset;
  /** Go on from here instead of from fresh weights. */
  readonly resume?: TrainState;
  /** Stops after the steps under way, with a checkpoint. */
  readonly signal?: AbortSignal;
}

/** Trains the network of `config`. */
export async function* train(_config: RunConfig, _options: TrainOptions): AsyncGenerator<TrainEvent> {}
