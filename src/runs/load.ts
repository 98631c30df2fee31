/** Trained networks as classifiers: of a run, or of a model file. */

import { CoutureError } from '../core/errors.ts';
import type { Backend } from '../engine/backend.ts';
import { inputOf } from '../train/config.ts';
import { Classifier } from '../use/classifier.ts';
import { Ensemble } from '../use/ensemble.ts';
import type { Predictor } from '../use/predictor.ts';
import type { FoundModel } from './find-model.ts';
import type { EngineOptions, RunPlatform } from './platform.ts';
import type { Run, WeightsChoice } from './run.ts';

/** Which weights, and on what they run. */
export interface LoadOptions extends EngineOptions {
  /** Of a run; a model file has one set. */
  readonly weights?: WeightsChoice | undefined;
}

type Engine = Pick<RunPlatform, 'createBackend'>;

/**
 * What a model says of images: a run by its network, a model file by all of its networks with their views and
 * temperature. Dispose of it when done.
 * @throws CoutureError of kind `usage` when weights are chosen of a model file, `data` when files are damaged
 */
export async function loadPredictor(
  platform: Engine,
  model: FoundModel,
  { weights, backend, threads }: LoadOptions = {},
): Promise<Predictor> {
  if (model.kind === 'run') return await loadNetwork(platform, model.run, { weights, backend, threads });
  if (weights === 'last') {
    throw new CoutureError('usage', `${model.path} has one set of weights: "last" is for runs.`);
  }
  const { classNames } = model.data;
  return await onBackend(
    platform,
    { backend, threads },
    (own) => new Ensemble({ ...model.model, classNames, backend: own }),
  );
}

/** The network of a run by itself, of which activations and gradients can be asked as well. */
export async function loadNetwork(
  platform: Engine,
  run: Run,
  { weights = 'best', backend, threads }: LoadOptions = {},
): Promise<Classifier> {
  const values = await run.loadWeights(weights);
  const { model: spec, data } = run.config;
  const { classNames } = data;
  const input = inputOf(run.config);
  return await onBackend(
    platform,
    { backend, threads },
    (own) => new Classifier({ spec, input, classNames, weights: values, backend: own }),
  );
}

/** What `make` makes on a backend of its own, which is stopped where that fails. */
async function onBackend<Made>(
  platform: Engine,
  engine: EngineOptions,
  make: (backend: Backend) => Made,
): Promise<Made> {
  const backend = await platform.createBackend(engine);
  try {
    return make(backend);
  } catch (error) {
    await backend.dispose();
    throw error;
  }
}
