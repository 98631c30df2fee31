/** The next trial of a study. Settings that cannot be trained, or break a constraint that is known before, are not asked for. */

import { CoutureError } from '../core/errors.ts';
import { planModel } from '../model/plan.ts';
import { samplers } from '../search/samplers/index.ts';
import type { AnyValues } from '../search/space.ts';
import { configOf, directionOf, type StoredTrial, type StudyPlan, searchTrials, spaceOf } from './study.ts';

/** A trial that was asked for and not stored yet. */
export type NextTrial = Pick<StoredTrial, 'number' | 'values'>;

/**
 * Asks the sampler of a study for a trial: a function of the plan and of all trials so far.
 * @throws CoutureError of kind `usage` when nearly nothing in the space can be trained
 */
export function nextTrial(plan: StudyPlan, trials: readonly StoredTrial[]): NextTrial {
  const number = trials.length;
  let reason: string | undefined;
  const feasible = (values: AnyValues): boolean => {
    reason = misfitOf(plan, values);
    return reason === undefined;
  };
  try {
    const values = samplers[plan.sampler]({
      space: spaceOf(plan),
      direction: directionOf(plan),
      seed: plan.seed,
      number,
      trials: searchTrials(trials),
      feasible,
    });
    return { number, values };
  } catch (error) {
    if (!(error instanceof CoutureError) || reason === undefined) throw error;
    throw new CoutureError('usage', `No point of the search space was found that can be trained. ${reason}`, {
      hint: 'Make the ranges of the space smaller, or raise --max-bytes.',
    });
  }
}

/** Why settings cannot be trained; undefined if they can. */
function misfitOf(plan: StudyPlan, values: AnyValues): string | undefined {
  const { maxBytes } = plan;
  try {
    const { model } = configOf(plan, values);
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
