/** Draws until the values meet the constraint of a search, such as a size that is known before training. */

import { CoutureError } from '../../core/errors.ts';
import type { AnyValues } from '../space.ts';
import type { Question } from './sampler.ts';

/** Random points of which one must be feasible. */
const MOST_TRIES = 1000;

/** The first feasible values of some draws; undefined if there are none among them. */
export function firstFeasible(
  { feasible }: Pick<Question, 'feasible'>,
  tries: number,
  draw: () => AnyValues,
): AnyValues | undefined {
  for (let attempt = 0; attempt < tries; attempt++) {
    const values = draw();
    if (feasible?.(values) ?? true) return values;
  }
  return undefined;
}

/**
 * Feasible values of random draws.
 * @throws CoutureError of kind `usage` when a thousand draws were all infeasible
 */
export function randomFeasible(question: Question, draw: () => AnyValues): AnyValues {
  const found = firstFeasible(question, MOST_TRIES, draw);
  if (found !== undefined) return found;
  throw new CoutureError(
    'usage',
    `None of ${MOST_TRIES} random points of the search space meets the constraint.`,
    { hint: 'Loosen the constraint, or make the ranges of the space smaller.' },
  );
}
