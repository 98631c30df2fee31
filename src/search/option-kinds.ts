/** Kinds of options that samplers, pruners and searches share, with their limits. */

import { type Kind, kind } from '../core/arguments.ts';

/** A whole number of at least `least`. */
export function aWholeFrom(least: number): Kind {
  return kind(
    `a whole number of at least ${least}`,
    (value) => Number.isSafeInteger(value) && Number(value) >= least,
  );
}

/** A share of which neither nothing nor everything is meant. */
export const aShare = kind(
  'a number above 0 and below 1',
  (value) => typeof value === 'number' && value > 0 && value < 1,
);
