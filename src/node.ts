/** Couture on Node: all of `couture`, with data sets from disk and network, run folders and image files. */

export { exitCodes } from './core/errors.ts';
export * from './index.ts';
export { datasetFromFiles, datasetFromImages } from './platform/node/data/datasets.ts';
export {
  type ImportedDataset,
  type ImportPathOptions,
  importDataset,
} from './platform/node/data/import.ts';
export {
  type OpenDatasetOptions,
  type OpenedDataset,
  openDataset,
} from './platform/node/data/open-dataset.ts';
export { cacheDirectory, type DataEvent, type DataOptions, getDataset } from './platform/node/data/store.ts';
export { createNodeBackend, type NodeBackendOptions } from './platform/node/engine/backend.ts';
export { fit, type NodeFitOptions } from './platform/node/fit.ts';
export {
  type DecodedImage,
  type DecodeOptions,
  decodeImage,
  expandImagePaths,
} from './platform/node/images/images.ts';
export type { NodePicture } from './platform/node/images/picture.ts';
export { type LoadModelOptions, load, type NodeModelSource } from './platform/node/load.ts';
export { type GetModelOptions, type GotModel, getModel } from './platform/node/models/get-model.ts';
export { modelsFolder } from './platform/node/models-folder.ts';
export { nodePlatform } from './platform/node/platform.ts';
export { folderStore } from './platform/node/runs/folder-store.ts';
export {
  auditDataset,
  checkRun,
  compareRuns,
  createRun,
  evaluateModel,
  evaluateRun,
  exportModel,
  findModel,
  findRun,
  findRunRate,
  importModel,
  inspectRun,
  listRuns,
  listShipped,
  loadNetwork,
  openRun,
  packRuns,
  readAudit,
  readModelFile,
  removeRun,
  reproduceRun,
  shippedPath,
  summarizeRuns,
  trainOnce,
  trainRun,
} from './platform/node/runs.ts';
export type { AuditOptions, WrittenAudit } from './runs/audit.ts';
export type { WeightsChoice } from './runs/check-weights.ts';
export type { CompareOptions, RunComparison } from './runs/compare.ts';
export type { Environment } from './runs/environment.ts';
export type { EvaluateOptions, ModelEvaluation, RunEvaluation } from './runs/evaluate.ts';
export type { TrainRunOptions, TrainRunResult } from './runs/experiment.ts';
export type { ExportRequest, WrittenExport } from './runs/export.ts';
export type { FileModel, FindModelOptions, FoundModel, ModelFacts, RunModel } from './runs/find-model.ts';
export type { FoundRun } from './runs/find-run.ts';
export type { ImportedModel, ImportOptions as ImportModelOptions } from './runs/import-model.ts';
export type { InspectRunOptions } from './runs/inspect.ts';
export { type KnownModel, knownModels } from './runs/known-models.ts';
export type { LoadOptions } from './runs/load.ts';
export type { RunMetrics } from './runs/metrics.ts';
export type { PackOptions, PackStage, WrittenModel } from './runs/pack.ts';
export type { FindRunRateOptions, WrittenRates } from './runs/rates.ts';
export type { Reproduction } from './runs/reproduce.ts';
export { Run } from './runs/run.ts';
export type { CreateRunOptions } from './runs/run-folder.ts';
