/** Analysis of a trained network: metrics, mistakes, calibration, saliency (`couture/inspect`). */

export { augmentationExamples } from './augmentation.ts';
export { fitUnlike, type UnlikeSource } from './fit-unlike.ts';
export {
  type InspectOptions,
  type InspectProgress,
  type InspectRequest,
  inspectModel,
  inspectStages,
} from './inspect.ts';
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
} from './inspection.ts';
export { type MapImagesOptions, mapImages, mapMethods } from './maps.ts';
export { compareOnSameImages, type PairedComparison, signTest } from './mcnemar.ts';
export {
  type ClassMetrics,
  type Evaluation,
  evaluateLogProbabilities,
  type Interval,
  wilsonInterval,
} from './metrics.ts';
export { findTopLosses } from './picks.ts';
export { type UmapOptions, umap } from './projections.ts';
export { explainPrediction, type SaliencyOptions } from './saliency.ts';
export { fitTemperature } from './temperature.ts';
export { describeTraining } from './training.ts';
