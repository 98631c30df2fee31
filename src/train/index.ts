/** Training: settings, recipes, the loop with its events, and the learning-rate finder (`couture/train`). */

export { bestEpoch, type Selection } from './best.ts';
export { type ConfigRequest, inputOf, resolveConfig } from './config.ts';
export { type SettingControl, settingControls } from './controls.ts';
export type { EpochMetrics, Stuck, TrainEvent, TrainState } from './events.ts';
export { extendConfig } from './extend.ts';
export { type FindRateOptions, findRate, type RateRange } from './find-rate.ts';
export { adviseRate, type RateCurve } from './rate-curve.ts';
export { type Measured, type Recipe, type RecipeName, recipes } from './recipes.ts';
export { type RateChange, rateInEpoch } from './schedule.ts';
export type { RunConfig, TrainSettings } from './settings.ts';
export { stuckNotice } from './stuck.ts';
export type { Teacher } from './teacher.ts';
export { type TrainOptions, train } from './train.ts';
