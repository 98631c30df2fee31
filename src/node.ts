/** Couture on Node: all of `couture`, with data sets from disk and network, run folders and image files. */

export * from './index.ts';
export { type AuditOptions, auditDataset, readAudit, type WrittenAudit } from './platform/node/audit.ts';
export { createNodeBackend, type NodeBackendOptions } from './platform/node/backend.ts';
export { type CompareOptions, compareRuns, type RunComparison } from './platform/node/compare-runs.ts';
export { cacheDirectory, type DataEvent, type DataOptions, getDataset } from './platform/node/data-store.ts';
export type { Environment } from './platform/node/environment.ts';
export {
  type EvaluateOptions,
  evaluateModel,
  evaluateRun,
  type ModelEvaluation,
  type RunEvaluation,
} from './platform/node/evaluate-run.ts';
export { type TrainRunOptions, type TrainRunResult, trainRun } from './platform/node/experiment.ts';
export {
  type FileModel,
  type FindModelOptions,
  type FoundModel,
  findModel,
  type ModelFacts,
  type RunModel,
  readModelFile,
} from './platform/node/find-model.ts';
export { type FindRunRateOptions, findRunRate, type WrittenRates } from './platform/node/find-rate.ts';
export { type FoundRun, findRun, trainOnce } from './platform/node/find-run.ts';
export {
  type DecodedImage,
  type DecodeOptions,
  decodeImage,
  expandImagePaths,
  type Invert,
} from './platform/node/images.ts';
export { type InspectRunOptions, inspectRun } from './platform/node/inspect-run.ts';
export { ImageClassifier, type LoadOptions, load, loadNetwork } from './platform/node/load.ts';
export { type PackOptions, type PackStage, packRuns, type WrittenModel } from './platform/node/pack.ts';
export { type Reproduction, reproduceRun } from './platform/node/reproduce-run.ts';
export {
  type CreateRunOptions,
  createRun,
  listRuns,
  openRun,
  Run,
  type WeightsChoice,
} from './platform/node/run-folder.ts';
export type { RunMetrics } from './platform/node/run-metrics.ts';
export { listShipped, modelsFolder, shippedPath } from './platform/node/shipped.ts';
