/**
 * Runs over any platform: `couture/runs`. Each function takes the platform first; `couture/node` has them bound to Node's.
 * Reports and figures of runs are in `couture/runs/reports`, so that only users of figures load the drawing
 * code.
 */

export {
  type AuditOptions,
  auditDataset,
  readAudit,
  readDatasetAudit,
  type WrittenAudit,
} from './audit.ts';
export { checkRun, type RunCheck } from './check-run.ts';
export type { WeightsChoice } from './check-weights.ts';
export { type CompareOptions, compareRuns, type RunComparison } from './compare.ts';
export type { Environment } from './environment.ts';
export {
  type EvaluateOptions,
  evaluateModel,
  evaluateRun,
  type ModelEvaluation,
  type RunEvaluation,
} from './evaluate.ts';
export { type TrainRunOptions, type TrainRunResult, trainRun } from './experiment.ts';
export { type ExportRequest, exportModel, type WrittenExport } from './export.ts';
export {
  type FileModel,
  type FindModelOptions,
  type FoundModel,
  findModel,
  type ModelFacts,
  modelOfRun,
  type RunModel,
  readModelFile,
} from './find-model.ts';
export { type FoundRun, findRun, trainOnce } from './find-run.ts';
export { givenDatasets } from './given-data.ts';
export { glanceAtRun, type RunGlance, readResults } from './glance.ts';
export { type ImportedModel, type ImportOptions, importModel } from './import-model.ts';
export { type StartOfRun, startOfRun } from './init-from.ts';
export { type InspectRunOptions, inspectRun } from './inspect.ts';
export { type RunState, type RunSummary, summarizeRuns } from './list-runs.ts';
export { type LoadOptions, loadNetwork, loadPredictor } from './load.ts';
export { MemoryStore } from './memory-store.ts';
export type { RunMetrics } from './metrics.ts';
export { type PackOptions, type PackStage, packRuns, type WrittenModel } from './pack.ts';
export type { EngineOptions, Machine, RunDataOptions, RunPlaces, RunPlatform } from './platform.ts';
export { type FindRunRateOptions, findRunRate, type WrittenRates } from './rates.ts';
export { type Reproduction, reproduceRun } from './reproduce.ts';
export { Run } from './run.ts';
export { type CreateRunOptions, createRun, listRuns, openRun, removeRun } from './run-folder.ts';
export { type Paths, type Release, type RunStore, slashPaths } from './store.ts';
