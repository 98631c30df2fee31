/** The next trial of a study: its parameters, and whether they break a constraint that is known before training. */

import { CoutureError } from '../core/errors.ts';
import { planModel } from '../model/plan.ts';
import { samplers } from '../search/samplers/index.ts';
import type { AnyValues } from '../search/space.ts';
import {
  configOf,
  directionOf,
  type StoredTrial,
  type StudyPlan,
  searchTrials,
  spaceOf,
  valuesSchema,
} from './study.ts';

/** A trial that was asked for and not stored yet. */
export interface NextTrial {
  readonly number: number;
  readonly values: AnyValues;
  /** Why it cannot be trained; undefined if it can. */
  readonly misfit: string | undefined;
}

/** Asks the sampler of a study for a trial: a function of the plan and of all trials so far. */
export function nextTrial(plan: StudyPlan, trials: readonly StoredTrial[]): NextTrial {
  const number = trials.length;
  const values = samplers[plan.sampler]({
    space: spaceOf(plan),
    direction: directionOf(plan),
    seed: plan.seed,
    number,
    trials: searchTrials(trials),
  });
  return { number, values, misfit: misfitOf(plan, values) };
}

function misfitOf(plan: StudyPlan, values: AnyValues): string | undefined {
  const { maxBytes } = plan;
  try {
    const { model } = configOf(plan, valuesSchema.parse(values));
    const bytes =
      4 * planModel(model).parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    if (maxBytes !== null && bytes > maxBytes)
      return `The weights have ${bytes} bytes, more than --max-bytes ${maxBytes}.`;
    return undefined;
  } catch (error) {
    if (error instanceof CoutureError) return error.message;
    throw error;
  }
}
