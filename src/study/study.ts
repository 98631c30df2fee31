/** A study: a search over the settings of runs, as it is stored and shown. Its trials never see the test split. */

import { canonicalJson } from '../core/canonical-json.ts';
import type { DatasetInfo } from '../data/dataset-info.ts';
import type { PrunerName } from '../search/pruners/index.ts';
import type { SamplerName } from '../search/samplers/index.ts';
import { trialConfig } from '../search/settings-space.ts';
import { type Choice, checkSpace } from '../search/space.ts';
import { asLoss, bestTrial, type Direction, type Report, type Trial } from '../search/trial.ts';
import { checkPartialSettings } from '../train/check-settings.ts';
import { type ConfigRequest, recipeNamed } from '../train/config.ts';
import type { RunConfig } from '../train/settings.ts';

/** The figures by which trials can be compared; both are of validation images. */
export const objectiveNames = ['loss', 'accuracy'] as const;

/** What is searched, fixed when the study is created. */
export interface StudyPlan {
  readonly name: string;
  readonly recipe: string | null;
  /** Settings of all trials that differ from the recipe's. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The data set, with the digests of its training split. */
  readonly data: DatasetInfo;
  readonly space: Readonly<Record<string, unknown>>;
  readonly objective: (typeof objectiveNames)[number];
  readonly sampler: SamplerName;
  readonly pruner: PrunerName;
  readonly seed: number;
  /** Most bytes of the weights in float32, or null. */
  readonly maxBytes: number | null;
  /** Most seconds of a trial's training, or null. */
  readonly maxSeconds: number | null;
}

/** Whether two plans search the same, whatever the order of their keys. */
export function samePlan(a: StudyPlan, b: StudyPlan): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** The state of a stored trial. One that waits has been asked for and not been started. */
export const storedStates = ['waiting', 'running', 'complete', 'pruned', 'failed'] as const;

/** A trial with its results. */
export interface StoredTrial {
  readonly number: number;
  /** Its parameters by name. */
  readonly values: Readonly<Record<string, Choice>>;
  readonly state: (typeof storedStates)[number];
  /** How often a worker has started it. */
  readonly attempt: number;
  readonly value: number | null;
  /** Validation accuracy of the best epoch. */
  readonly accuracy: number | null;
  /** Validation loss of the best epoch. */
  readonly loss: number | null;
  readonly seconds: number | null;
  readonly error: string | null;
  readonly reports: readonly Report[];
}

/** A study with its trials: the file study.json. */
export interface Study {
  readonly version: 1;
  readonly plan: StudyPlan;
  /** In the order of their numbers. */
  readonly trials: readonly StoredTrial[];
}

/** Smaller is better for a loss. */
export function directionOf({ objective }: Pick<StudyPlan, 'objective'>): Direction {
  return objective === 'loss' ? 'minimize' : 'maximize';
}

/** The part of a config that all trials of a study share. */
export function requestOf({ recipe, settings, data }: StudyPlan): ConfigRequest {
  return {
    recipe: recipe === null ? null : recipeNamed(recipe),
    settings: checkPartialSettings(settings),
    dataset: data,
    backend: 'cpu',
  };
}

/** The config of one trial. */
export function configOf(plan: StudyPlan, values: StoredTrial['values']): RunConfig {
  return trialConfig(requestOf(plan), values);
}

/** The trials as samplers and pruners see them. */
export function searchTrials(trials: readonly StoredTrial[]): Trial[] {
  return trials.map(({ number, values, state, value, reports }) => ({
    number,
    values,
    state: state === 'waiting' ? 'running' : state,
    ...(value !== null && { value }),
    reports,
  }));
}

/** Whether a trial has ended. */
export function hasEnded({ state }: StoredTrial): boolean {
  return state !== 'waiting' && state !== 'running';
}

/** The best complete trial. */
export function bestOf({ plan, trials }: Study): StoredTrial | undefined {
  const best = bestTrial(searchTrials(trials), directionOf(plan));
  return trials.find(({ number }) => number === best?.number);
}

/** The best value after each complete trial, in the order of the numbers. */
export function bestSoFar({ plan, trials }: Study): number[] {
  const direction = directionOf(plan);
  const path: number[] = [];
  for (const { state, value } of trials) {
    if (state !== 'complete' || value === null) continue;
    const before = path.at(-1);
    path.push(before !== undefined && asLoss(before, direction) <= asLoss(value, direction) ? before : value);
  }
  return path;
}

/** The space of a stored plan. */
export function spaceOf({ space }: StudyPlan) {
  return checkSpace(space);
}
