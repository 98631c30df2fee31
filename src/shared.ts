/** What `couture`, `@couture/core` and `couture/node` have in common: data sets, networks, training, and their types. */

export { CoutureError, type ErrorKind } from './core/errors.ts';
export type { Dataset } from './data/dataset.ts';
export type { DatasetInfo } from './data/dataset-info.ts';
export { type ArraysOptions, datasetFromArrays, type Labels } from './data/from-arrays.ts';
export type { FilesOptions } from './data/from-pictures.ts';
export type { ImageShape } from './data/image-shape.ts';
export type { Backend } from './engine/backend.ts';
export { type BackendOptions, createBackend } from './engine/create.ts';
export {
  batchNorm,
  dropout,
  gelu,
  type LayerSpec,
  layerNorm,
  leakyRelu,
  linear,
  logSoftmax,
  type ModelSpec,
  multilayer,
  relu,
  residual,
  root,
  sequential,
  silu,
} from './model/spec.ts';
export { type ModelSummary, summarize } from './model/summary.ts';
export { type ConfigRequest, resolveConfig } from './train/config.ts';
export type { EpochMetrics, TrainEvent } from './train/events.ts';
export { type Recipe, type RecipeName, recipes } from './train/recipes.ts';
export type { RunConfig, TrainSettings } from './train/settings.ts';
export { type TrainOptions, train } from './train/train.ts';
export type { EpochReport, FitOptions, Fitted, StepReport } from './use/fit.ts';
export type { ImageClassifier, PictureOptions } from './use/image-classifier.ts';
export type { Pixels, Prediction, PredictOptions } from './use/predictor.ts';
