/** Loads classifiers from a run or a model file. */

import { CoutureError } from '../core/errors.ts';
import type { TensorMap } from '../model/network.ts';
import { inputOf } from '../train/config.ts';
import { Classifier } from '../use/classifier.ts';
import { type Engine, type EngineChoice, openEngine } from '../use/engine-choice.ts';
import { Ensemble } from '../use/ensemble.ts';
import type { Predictor } from '../use/predictor.ts';
import type { WeightsChoice } from './check-weights.ts';
import type { FoundModel } from './find-model.ts';
import type { EngineOptions, RunPlatform } from './platform.ts';
import type { Run } from './run.ts';

/** Options for weights and backend. */
export interface LoadOptions extends EngineOptions {
  /** For a run; a model file has one set. */
  readonly weights?: WeightsChoice | undefined;
}

/** Options for weights and backend, which may already exist. */
export interface LoadModelOptions extends Pick<LoadOptions, 'weights'>, EngineChoice {}

type Platform = Pick<RunPlatform, 'createBackend'>;

/**
 * The classifier of a model: the network of a run, or all networks of a model file with their views and
 * temperature. Dispose of it when done.
 * @throws CoutureError of kind `usage` when weights are chosen for a model file, `data` when files are
 * damaged
 */
export async function loadPredictor(
  platform: Platform,
  model: FoundModel,
  options: LoadModelOptions = {},
): Promise<Predictor> {
  if (model.kind === 'run') return await loadNetwork(platform, model.run, options);
  const { path, model: file, data } = model;
  if (options.weights === 'last')
    throw new CoutureError('usage', `${path} has only one set of weights: use "last" with runs.`);
  const { members, views, temperature } = file;
  const { classNames } = data;
  return await onEngine(
    platform,
    options,
    (engine) => new Ensemble({ members, classNames, views, temperature, name: path, ...engine }),
  );
}

/** The network of a run, which also gives activations and gradients. */
export async function loadNetwork(
  platform: Platform,
  run: Run,
  options: LoadModelOptions = {},
): Promise<Classifier> {
  const { weights = 'best' } = options;
  return await networkWith(platform, run, await run.loadWeights(weights), options);
}

/** The network of a run with weights that were already read. */
export async function networkWith(
  platform: Platform,
  { config, path }: Run,
  weights: TensorMap,
  engine: EngineChoice,
): Promise<Classifier> {
  const { model: spec, data } = config;
  const { classNames } = data;
  return await onEngine(
    platform,
    engine,
    (own) => new Classifier({ spec, input: inputOf(config), classNames, weights, name: path, ...own }),
  );
}

/** The result of `make` on an engine, which is stopped if that fails. */
async function onEngine<Made>(
  platform: Platform,
  choice: EngineChoice,
  make: (engine: Engine) => Made,
): Promise<Made> {
  const engine = await openEngine(choice, (options) => platform.createBackend(options));
  try {
    return make(engine);
  } catch (error) {
    if (!engine.shared) await engine.backend.dispose();
    throw error;
  }
}
