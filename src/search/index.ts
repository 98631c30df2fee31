/** Search for settings: spaces, samplers, pruners, and a search in memory (`couture/search`). Runs in a page as well. */

export { defaultSpace } from './default-space.ts';
export {
  type Importance,
  type ImportanceOptions,
  type Importances,
  importances,
} from './importance/importance.ts';
export { type AshaOptions, asha } from './pruners/asha.ts';
export { type PrunerName, prunerNames, pruners } from './pruners/index.ts';
export { type MedianOptions, medianStop } from './pruners/median.ts';
export type { PruneQuestion, Pruner, PrunerOptions } from './pruners/pruner.ts';
export { type SamplerName, samplerNames, samplers } from './samplers/index.ts';
export type { Question, Sampler } from './samplers/sampler.ts';
export { type TpeOptions, tpe } from './samplers/tpe.ts';
export { Search, type SearchOptions, type SummaryWords } from './search.ts';
export {
  checkSettingsSpace,
  defineSettingsSpace,
  describeValues,
  type SettingsSpace,
  settingsOf,
  trialConfig,
} from './settings-space.ts';
export {
  type AnyValues,
  type CategoricalParameter,
  type Choice,
  type Condition,
  checkSpace,
  defineSpace,
  type FloatParameter,
  type IntParameter,
  type Parameter,
  type Space,
  type Values,
  type When,
} from './space.ts';
export type { SearchSummary } from './summary.ts';
export { bestTrial, type Direction, type Report, type Trial, type TrialState } from './trial.ts';
