/** Couture on Node: `couture` without the parts of a page, with data sets from disk and network, run folders and image files. */

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
export { type DataEvent, type DataOptions, getDataset } from './platform/node/data/store.ts';
export { createNodeBackend, type NodeBackendOptions } from './platform/node/engine/backend.ts';
export { fit, type NodeFitOptions } from './platform/node/fit.ts';
export type { NodePicture } from './platform/node/images/picture.ts';
export { type LoadModelOptions, load, type NodeModelSource } from './platform/node/load.ts';
export { type GetModelOptions, type GotModel, getModel } from './platform/node/models/get-model.ts';
export {
  auditDataset,
  checkRun,
  compareRuns,
  evaluateModel,
  evaluateRun,
  exportModel,
  findModel,
  findRunRate,
  importModel,
  inspectRun,
  listRuns,
  listShipped,
  loadNetwork,
  openRun,
  packRuns,
  readModelFile,
  removeRun,
  reproduceRun,
  summarizeRuns,
  trainOnce,
  trainRun,
} from './platform/node/runs.ts';
export type { AuditOptions, WrittenAudit } from './runs/audit.ts';
export type { WeightsChoice } from './runs/check-weights.ts';
export type { CompareOptions, RunComparison } from './runs/compare.ts';
export type { EvaluateOptions, ModelEvaluation, RunEvaluation } from './runs/evaluate.ts';
export type { TrainRunOptions, TrainRunResult } from './runs/experiment.ts';
export type { ExportRequest, WrittenExport } from './runs/export.ts';
export type { FileModel, FindModelOptions, FoundModel, ModelFacts, RunModel } from './runs/find-model.ts';
export type { ImportedModel, ImportOptions as ImportModelOptions } from './runs/import-model.ts';
export type { InspectRunOptions } from './runs/inspect.ts';
export type { LoadOptions } from './runs/load.ts';
export type { RunMetrics } from './runs/metrics.ts';
export type { PackOptions, PackStage, WrittenModel } from './runs/pack.ts';
export type { FindRunRateOptions, WrittenRates } from './runs/rates.ts';
export type { Reproduction } from './runs/reproduce.ts';
export type { Run } from './runs/run.ts';
export * from './shared.ts';
