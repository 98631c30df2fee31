/** Couture on Node: all of `couture`, with data sets from disk and network, run folders and image files. */

export * from './index.ts';
export { datasetFromFiles, datasetFromImages } from './platform/node/data/datasets.ts';
export { cacheDirectory, type DataEvent, type DataOptions, getDataset } from './platform/node/data/store.ts';
export { createNodeBackend, type NodeBackendOptions } from './platform/node/engine/backend.ts';
export {
  type DecodedImage,
  type DecodeOptions,
  decodeImage,
  expandImagePaths,
} from './platform/node/images/images.ts';
export type { NodePicture } from './platform/node/images/picture.ts';
export { type AuditOptions, auditDataset, readAudit, type WrittenAudit } from './platform/node/runs/audit.ts';
export { type CompareOptions, compareRuns, type RunComparison } from './platform/node/runs/compare-runs.ts';
export type { Environment } from './platform/node/runs/environment.ts';
export {
  type EvaluateOptions,
  evaluateModel,
  evaluateRun,
  type ModelEvaluation,
  type RunEvaluation,
} from './platform/node/runs/evaluate-run.ts';
export { type TrainRunOptions, type TrainRunResult, trainRun } from './platform/node/runs/experiment.ts';
export {
  type FileModel,
  type FindModelOptions,
  type FoundModel,
  findModel,
  type ModelFacts,
  type RunModel,
  readModelFile,
} from './platform/node/runs/find-model.ts';
export { type FindRunRateOptions, findRunRate, type WrittenRates } from './platform/node/runs/find-rate.ts';
export { type FoundRun, findRun, trainOnce } from './platform/node/runs/find-run.ts';
export { fit } from './platform/node/runs/fit.ts';
export { type InspectRunOptions, inspectRun } from './platform/node/runs/inspect-run.ts';
export {
  type LoadModelOptions,
  type LoadOptions,
  load,
  loadNetwork,
  type NodeModelSource,
} from './platform/node/runs/load.ts';
export { type PackOptions, type PackStage, packRuns, type WrittenModel } from './platform/node/runs/pack.ts';
export { type Reproduction, reproduceRun } from './platform/node/runs/reproduce-run.ts';
export {
  type CreateRunOptions,
  createRun,
  listRuns,
  openRun,
  Run,
  type WeightsChoice,
} from './platform/node/runs/run-folder.ts';
export { listShipped, modelsFolder, shippedPath } from './platform/node/runs/shipped.ts';
export type { RunMetrics } from './runs/metrics.ts';
