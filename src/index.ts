/**
 * Couture: fully connected image classifiers, built, trained and used in TypeScript. This is the part that runs
 * in Node and in a page alike; `couture/node` adds files, data sets and the engine's threads on Node.
 */

export {
  type Audit,
  type AuditedImage,
  auditSchema,
  type Duplicates,
  type LabelAudit,
  type NearDuplicate,
  type Suspect,
} from './audit/audit.ts';
export {
  DUPLICATE_THRESHOLD,
  type FindDuplicatesOptions,
  findDuplicates,
} from './audit/duplicates.ts';
export { type AuditExamples, auditExamples } from './audit/examples.ts';
export { type AuditLabelsOptions, auditLabels } from './audit/labels.ts';
export { mirrorImage, relativeDistance } from './audit/near-pairs.ts';
export {
  type AuditedAccuracy,
  accuracyWithout,
  type Conflicts,
  countDuplicates,
  type DuplicateCounts,
  findConflicts,
  type Score,
} from './audit/summary.ts';
export { CoutureError, type ErrorKind, exitCodes } from './core/errors.ts';
export { fork, type Key, keyFromSeed, RandomStream } from './core/philox.ts';
export type { AugmentOptions } from './data/augment.ts';
export { checkDataset, type Dataset, imageAt, type SplitName } from './data/dataset.ts';
export {
  checkDatasetInfo,
  type DatasetInfo,
  type DatasetOrigin,
  MAX_CLASSES,
  type SplitInfo,
} from './data/dataset-info.ts';
export {
  type ArraysOptions,
  type DatasetOptions,
  datasetFromArrays,
  type Labels,
} from './data/from-arrays.ts';
export type { FileLike, FilesOptions, PicturesOptions } from './data/from-pictures.ts';
export { type ImageShape, imageSize, MAX_SIDE } from './data/image-shape.ts';
export { type ImportedDatasets, importIntoMemory } from './data/import/datasets.ts';
export type { ImportEvent, ImportOptions } from './data/import/options.ts';
export type { ImportReport } from './data/import/report.ts';
export type { MixOptions } from './data/mix.ts';
export {
  type Box,
  type Picture,
  type PreparationFacts,
  type PreparedImage,
  prepareImage,
} from './data/prepare.ts';
export {
  centeredScaling,
  objectSteps,
  type PictureSteps,
  type PixelScaling,
  type Preprocessing,
  plainSteps,
} from './data/preprocessing.ts';
export { type ByteSource, blobSource, bytesSource } from './data/readers/bytes.ts';
export type { FileEntry } from './data/readers/entries.ts';
export type { FoundData, LabeledPictures } from './data/readers/found.ts';
export { readFiles, readOneFile } from './data/readers/read.ts';
export { type DatasetEntry, defaultDataset, findDataset, infoOf, registry } from './data/registry.ts';
export {
  type Split,
  type SplitSettings,
  type SplitSource,
  splitOf,
  splitTrainValidation,
} from './data/split.ts';
export { type Adapter, type AdapterLimits, findAdapter, listAdapters } from './engine/adapter.ts';
export { augmentedImage } from './engine/augmented-image.ts';
export type { Augmentation, Backend, BackendInfo, DeviceImages, TrainingBatches } from './engine/backend.ts';
export { type BackendOptions, createBackend } from './engine/create.ts';
export {
  type BackendChoice,
  type BackendKind,
  type BackendName,
  backendChoices,
  backendNames,
} from './engine/names.ts';
export { augmentationExamples } from './inspect/augmentation.ts';
export { fitUnlike, type UnlikeSource } from './inspect/fit-unlike.ts';
export {
  type InspectOptions,
  type InspectProgress,
  type InspectRequest,
  inspectModel,
  inspectStages,
} from './inspect/inspect.ts';
export type {
  AugmentationColumn,
  AugmentationExamples,
  Calibration,
  CalibrationBin,
  ClassInterval,
  ConfusedPair,
  DatasetOverview,
  FirstLayer,
  Inspection,
  LabeledImage,
  LayerActivity,
  PredictedImage,
  ProjectedPoints,
  RejectionPoint,
  Saliency,
  SplitBalance,
  TrainingHistory,
} from './inspect/inspection.ts';
export { compareOnSameImages, type PairedComparison, signTest } from './inspect/mcnemar.ts';
export {
  type ClassMetrics,
  type Evaluation,
  evaluateLogProbabilities,
  type Interval,
  wilsonInterval,
} from './inspect/metrics.ts';
export { explainPrediction, type SaliencyOptions } from './inspect/saliency.ts';
export { fitTemperature } from './inspect/temperature.ts';
export { describeTraining } from './inspect/training.ts';
export type { Network, TensorMap } from './model/network.ts';
export type { NetworkInput } from './model/network-input.ts';
export {
  type ActivationName,
  batchNorm,
  checkModelSpec,
  dropout,
  gelu,
  type HiddenOptions,
  type InnerLayerSpec,
  type LayerSpec,
  layerNorm,
  leakyRelu,
  linear,
  logSoftmax,
  type ModelSpec,
  multilayer,
  type NormName,
  relu,
  residual,
  root,
  sequential,
  silu,
} from './model/spec.ts';
export { type LayerSummary, type ModelSummary, summarize } from './model/summary.ts';
export { createWebBackend, type WebBackendOptions } from './platform/web/backend.ts';
export { datasetFromFiles, datasetFromImages } from './platform/web/datasets.ts';
export { fit } from './platform/web/fit.ts';
export { load, type WebLoadOptions, type WebModelSource } from './platform/web/load.ts';
export type { WebPicture } from './platform/web/picture.ts';
export type { Figures, ModelCard } from './ship/card.ts';
export { type CardFile, modelCard } from './ship/card-text.ts';
export { foldBatchNorm } from './ship/fold.ts';
export { decodeModel, encodeModel, type ModelFile } from './ship/model-file.ts';
export { type Precision, precisions } from './ship/precision.ts';
export {
  decodeSafetensors,
  decodeStoredTensors,
  encodeSafetensors,
  type SafeTensors,
  type StoredTensor,
  type Tensor,
  weightsSha256,
} from './ship/safetensors.ts';
export { bestEpoch, type Selection } from './train/best.ts';
export { type ConfigRequest, inputOf, resolveConfig } from './train/config.ts';
export type { EpochMetrics, Stuck, TrainEvent, TrainState } from './train/events.ts';
export { extendConfig } from './train/extend.ts';
export { type FindRateOptions, findRate, type RateRange } from './train/find-rate.ts';
export { adviseRate, type RateCurve } from './train/rate-curve.ts';
export { type Measured, type Recipe, recipes } from './train/recipes.ts';
export { configSchema, type RunConfig, settingsSchema, type TrainSettings } from './train/settings.ts';
export { stuckNotice } from './train/stuck.ts';
export type { Teacher } from './train/teacher.ts';
export { type TrainOptions, train } from './train/train.ts';

export { Classifier, type ClassifierOptions } from './use/classifier.ts';
export type { EngineChoice } from './use/engine-choice.ts';
export { Ensemble, type EnsembleOptions } from './use/ensemble.ts';
export type { EpochReport, FitOptions, Fitted, StepReport } from './use/fit.ts';
export {
  type DecodePicture,
  ImageClassifier,
  type ImageClassifierOptions,
  type PictureOptions,
} from './use/image-classifier.ts';
export { NetworkTeacher, type TeacherModel } from './use/network-teacher.ts';
export type { ImageChoice, Pixels, Prediction, PredictOptions, Predictor } from './use/predictor.ts';
export { type Rejection, rejectionThreshold } from './use/rejection.ts';
export { RememberingTeacher } from './use/remembering-teacher.ts';
export { type UnlikeDescription, UnlikeScorer } from './use/unlike.ts';
export type { ViewOptions } from './use/views.ts';
