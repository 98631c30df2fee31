/** What study.json and the database may have. Apart from the types, so that declarations do not lead to the schema library. */

import * as z from 'zod';
import { datasetInfoSchema } from '../data/dataset-info.ts';
import { prunerNames } from '../search/pruners/index.ts';
import { samplerNames } from '../search/samplers/index.ts';
import { objectiveNames, type StoredTrial, type Study, type StudyPlan, storedStates } from './study.ts';

/** The version of study.json. */
export const STUDY_VERSION = 1;

export const studyPlanSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/),
  recipe: z.string().nullable(),
  settings: z.record(z.string(), z.unknown()),
  data: datasetInfoSchema,
  space: z.record(z.string(), z.unknown()),
  objective: z.enum(objectiveNames),
  sampler: z.enum(samplerNames),
  pruner: z.enum(prunerNames),
  seed: z.number(),
  maxBytes: z.number().nullable(),
  maxSeconds: z.number().nullable(),
}) satisfies z.ZodType<StudyPlan>;

/** The parameters of a trial by name. */
export const valuesSchema = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.number()).readonly()]),
) satisfies z.ZodType<StoredTrial['values']>;

const storedTrialSchema = z.strictObject({
  number: z.int().min(0),
  values: valuesSchema,
  state: z.enum(storedStates),
  attempt: z.int().min(0),
  value: z.number().nullable(),
  accuracy: z.number().nullable(),
  loss: z.number().nullable(),
  seconds: z.number().nullable(),
  error: z.string().nullable(),
  reports: z.array(z.strictObject({ step: z.number(), value: z.number() })),
}) satisfies z.ZodType<StoredTrial>;

export const studySchema = z.strictObject({
  version: z.literal(STUDY_VERSION),
  plan: studyPlanSchema,
  trials: z.array(storedTrialSchema),
}) satisfies z.ZodType<Study>;

/** Whether a name is one that a study may have: a plain folder name. */
export function isStudyName(name: string): boolean {
  return studyPlanSchema.shape.name.safeParse(name).success;
}
