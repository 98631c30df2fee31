/** A study: a search over the settings of runs, as it is stored and shown. Its trials never see the test split. */

import * as z from 'zod';
import { canonicalJson } from '../core/canonical-json.ts';
import { datasetInfoSchema } from '../data/dataset-info.ts';
import { prunerNames } from '../search/pruners/index.ts';
import { samplerNames } from '../search/samplers/index.ts';
import { trialConfig } from '../search/settings-space.ts';
import { checkSpace } from '../search/space.ts';
import { asLoss, bestTrial, type Direction, type Trial } from '../search/trial.ts';
import { checkPartialSettings } from '../train/check-settings.ts';
import { type ConfigRequest, recipeNamed } from '../train/config.ts';
import type { RunConfig } from '../train/settings.ts';

/** The figures by which trials can be compared; both are of validation images. */
export const objectiveNames = ['loss', 'accuracy'] as const;

/** What is searched, fixed when the study is created. */
export const studyPlanSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/),
  recipe: z.string().nullable(),
  /** Settings of all trials that differ from the recipe's. */
  settings: z.record(z.string(), z.unknown()),
  /** The data set, with the digests of its training split. */
  data: datasetInfoSchema,
  space: z.record(z.string(), z.unknown()),
  objective: z.enum(objectiveNames),
  sampler: z.enum(samplerNames),
  pruner: z.enum(prunerNames),
  seed: z.number(),
  /** Most bytes of the weights in float32, or null. */
  maxBytes: z.number().nullable(),
  /** Most seconds of a trial's training, or null. */
  maxSeconds: z.number().nullable(),
});

/** What is searched, fixed when the study is created. */
export type StudyPlan = z.infer<typeof studyPlanSchema>;

/** Whether a name is one that a study may have: a plain folder name. */
export function isStudyName(name: string): boolean {
  return studyPlanSchema.shape.name.safeParse(name).success;
}

/** Whether two plans search the same, whatever the order of their keys. */
export function samePlan(a: StudyPlan, b: StudyPlan): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** The state of a stored trial. One that waits has been asked for and not been started. */
export const storedStates = ['waiting', 'running', 'complete', 'pruned', 'failed'] as const;

/** The parameters of a trial by name. */
export const valuesSchema = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.number()).readonly()]),
);

export const storedTrialSchema = z.strictObject({
  number: z.int().min(0),
  values: valuesSchema,
  state: z.enum(storedStates),
  /** How often a worker has started it. */
  attempt: z.int().min(0),
  value: z.number().nullable(),
  /** Validation accuracy of the best epoch. */
  accuracy: z.number().nullable(),
  /** Validation loss of the best epoch. */
  loss: z.number().nullable(),
  seconds: z.number().nullable(),
  error: z.string().nullable(),
  reports: z.array(z.strictObject({ step: z.number(), value: z.number() })),
});

/** A trial with its results. */
export type StoredTrial = z.infer<typeof storedTrialSchema>;

/** A study with its trials: the file study.json. */
export const studySchema = z.strictObject({
  version: z.literal(1),
  plan: studyPlanSchema,
  trials: z.array(storedTrialSchema),
});

/** A study with its trials. */
export type Study = z.infer<typeof studySchema>;

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
