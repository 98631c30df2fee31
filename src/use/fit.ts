/**
 * Trains a classifier from a data set in one call, with the settings, the loop and the bits of `couture
 * train`.
 */

import {
  aFunction,
  anArray,
  anObject,
  anything,
  aSignal,
  aString,
  checkArguments,
  either,
  exactly,
  kind,
  optional,
} from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { untilAborted } from '../core/until-aborted.ts';
import { aDataset } from '../data/argument-kinds.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Backend, BackendInfo } from '../engine/backend.ts';
import type { TensorMap } from '../model/network.ts';
import type { ModelSpec } from '../model/spec.ts';
import { bestEpoch } from '../train/best.ts';
import { inputOf } from '../train/config.ts';
import { Divergence } from '../train/divergence.ts';
import type { EpochMetrics, TrainEvent, TrainState } from '../train/events.ts';
import type { RecipeName } from '../train/recipes.ts';
import type { RunConfig, TrainSettings } from '../train/settings.ts';
import { settingsSchema } from '../train/settings.ts';
import { train } from '../train/train.ts';
import { beginFit, type FitOrigin } from './begin-fit.ts';
import { Classifier } from './classifier.ts';
import { type EngineChoice, engineFields } from './engine-choice.ts';
import { type DecodePicture, ImageClassifier } from './image-classifier.ts';
import { NetworkTeacher, type TeacherModel } from './network-teacher.ts';
import { RememberingTeacher } from './remembering-teacher.ts';
import { type EnginePlatform, TrainingEngine } from './training-engine.ts';

/** The metrics of an epoch. */
export interface EpochReport extends EpochMetrics {
  /** Epochs in all. */
  readonly epochs: number;
  /** Whether it is the best so far; its weights become the model unless a later one is better. */
  readonly isBest: boolean;
}

/** Progress of training, about ten times a second. */
export interface StepReport {
  /** Counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done of the epoch's `steps`. */
  readonly step: number;
  readonly steps: number;
  /** Mean loss of the epoch so far, nats. */
  readonly loss: number;
  readonly imagesPerSecond: number;
}

/** Options of `fit`. */
export interface FitOptions extends EngineChoice {
  /** A named recipe, such as `fast-90`; `settings` override it. */
  readonly recipe?: RecipeName | undefined;
  /** For example `{ epochs: 5, hidden: [128] }`; `couture train --help` lists them all. */
  readonly settings?: Partial<TrainSettings> | undefined;
  /** Custom layers, instead of the settings `hidden`, `dropout` and `blocks`. */
  readonly model?: ModelSpec | undefined;
  /** Models to learn from, for the settings `teacher` and `distillation`. */
  readonly teachers?: readonly TeacherModel[] | undefined;
  /** Stops training within about 0.2 seconds; `fit` then rejects. */
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((report: StepReport) => void) | undefined;
  /** May return `false`, or a promise of it, to stop after this epoch with the best one so far. */
  readonly onEpoch?: ((report: EpochReport) => unknown) | undefined;
  /** Called with a sentence about the chosen backend and the reason, and about a lost GPU. */
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/** The result of `fit`. */
export interface Fitted<Source> {
  /** With the weights of the best epoch. Dispose of it when done. */
  readonly classifier: ImageClassifier<Source>;
  readonly config: RunConfig;
  readonly history: readonly EpochMetrics[];
  /** The epoch of the classifier's weights, by the setting `select`. */
  readonly best: EpochMetrics;
  /** The classifier's weights by parameter name. */
  readonly weights: TensorMap;
  /** What it was trained on. */
  readonly backend: BackendInfo;
}

/** The platform's part of `fit`. */
export interface FitPlatform<Source> extends EnginePlatform {
  readonly decode: DecodePicture<Source>;
  /** Opens the model of the option `initFrom`; absent without it. */
  readonly openOrigin?: (() => Promise<FitOrigin>) | undefined;
}

const fitOptions = exactly({
  recipe: optional(
    either(
      aString,
      kind('null', (value) => value === null),
    ),
  ),
  settings: optional(anObject),
  model: optional(anObject),
  teachers: optional(anArray),
  initFrom: anything,
  ...engineFields,
  signal: optional(aSignal),
  onStep: optional(aFunction),
  onEpoch: optional(aFunction),
  onNotice: optional(aFunction),
});

/**
 * Checks the arguments of `fit`.
 * @throws CoutureError of kind `usage`
 */
export function checkFit(dataset: Dataset, options: FitOptions): void {
  checkArguments('fit', { dataset: [dataset, aDataset] });
  hintAtSettings(options);
  checkArguments('fit', { options: [options, fitOptions] });
}

/** `fit` on a platform. */
export async function fitOn<Source>(
  dataset: Dataset,
  options: FitOptions,
  platform: FitPlatform<Source>,
): Promise<Fitted<Source>> {
  checkFit(dataset, options);
  // Rejects at once, while the steps in progress end by themselves.
  return await untilAborted(
    fitNow(dataset, options, platform),
    options.signal,
    'Training was stopped.',
    ({ classifier }) => classifier.dispose(),
  );
}

async function fitNow<Source>(
  images: Dataset,
  options: FitOptions,
  platform: FitPlatform<Source>,
): Promise<Fitted<Source>> {
  const { config, dataset, initial } = await beginFit(images, options, await platform.openOrigin?.());
  const { teacher } = config.settings;
  if (teacher !== null && options.teachers === undefined)
    throw new CoutureError(
      'usage',
      `fit: the settings name the teacher ${teacher}, but no teachers were given.`,
      {
        hint: 'Give their networks in the option teachers, for example decoded model files.',
      },
    );
  const engine = await TrainingEngine.open(config, dataset, options, platform);
  try {
    const { history, weights } = await trainBest(config, dataset, engine, { ...options, initial });
    const best = bestEpoch(history, config.settings.select);
    if (best === undefined) throw new CoutureError('runtime', 'No epoch finished.');
    const backend = engine.backend.info;
    const predictor = new Classifier({
      spec: config.model,
      input: inputOf(config),
      classNames: config.data.classNames,
      weights,
      ...(await engine.judge()),
    });
    const classifier = new ImageClassifier({ predictor, data: config.data, decode: platform.decode });
    return { classifier, config: { ...config, backend: engine.kind }, history, best, weights, backend };
  } catch (error) {
    await engine.dispose();
    throw error;
  }
}

/** The usual slip: a setting among the options. */
function hintAtSettings(options: FitOptions): void {
  if (typeof options !== 'object' || options === null) return;
  const name = Object.keys(options).find(
    (key) => Object.hasOwn(settingsSchema.shape, key) && !Object.hasOwn(options.settings ?? {}, key),
  );
  if (name === undefined) return;
  throw new CoutureError('usage', `fit: ${name} is a setting, not an option.`, {
    hint: `Pass it in settings: fit(dataset, { settings: { ${name}: … } }).`,
  });
}

/** Options and first weights. */
interface TrainingOptions extends FitOptions {
  readonly initial: TensorMap | undefined;
}

/** What training has come to so far. */
interface Progress {
  readonly history: EpochMetrics[];
  weights: TensorMap | undefined;
  /** Of the last epoch. */
  state: TrainState | undefined;
}

/** Trains, and keeps the weights of the best epoch: where `auto` took a GPU that fails, the CPU goes on from the last epoch. */
async function trainBest(
  config: RunConfig,
  dataset: Dataset,
  engine: TrainingEngine,
  options: TrainingOptions,
): Promise<{ history: readonly EpochMetrics[]; weights: TensorMap }> {
  const progress: Progress = { history: [], weights: undefined, state: undefined };
  try {
    await trainFrom(progress, config, dataset, engine.backend, options);
  } catch (error) {
    if (!(await engine.movedAfter(error))) throw error;
    await trainFrom(progress, config, dataset, engine.backend, options);
  }
  const { history, weights } = progress;
  if (weights !== undefined) return { history, weights };
  const message = 'Training diverged: no epoch had a finite validation loss.';
  throw new Divergence(message, config.settings.learningRate);
}

async function trainFrom(
  progress: Progress,
  config: RunConfig,
  dataset: Dataset,
  backend: Backend,
  { teachers, initial, signal, onStep, onEpoch }: TrainingOptions,
): Promise<void> {
  const networks = teachers && (await NetworkTeacher.create(teachers, backend));
  const { epochs } = config.settings;
  const { state: resume } = progress;
  try {
    const events = train(config, {
      backend,
      dataset,
      ...(networks && { teacher: new RememberingTeacher(networks, dataset, backend) }),
      ...(initial && { initial }),
      ...(resume && { resume }),
      ...(signal && { signal }),
    });
    for await (const event of events) {
      if (signal?.aborted) throw interrupted(signal);
      if (event.type === 'step') onStep?.(stepReport(event, epochs));
      if (event.type === 'checkpoint') progress.state = event.state;
      if (event.type !== 'epoch') continue;
      progress.history.push(event.metrics);
      if (event.isBest) progress.weights = event.parameters;
      const wish = await onEpoch?.({ ...event.metrics, epochs, isBest: event.isBest });
      if (wish === false) break;
    }
  } finally {
    networks?.dispose();
  }
}

function stepReport(event: Extract<TrainEvent, { type: 'step' }>, epochs: number): StepReport {
  const { epoch, step, steps, loss, imagesPerSecond } = event;
  return { epoch, epochs, step, steps, loss, imagesPerSecond };
}

function interrupted({ reason }: AbortSignal): CoutureError {
  return new CoutureError('interrupted', 'Training was stopped.', { cause: reason });
}
