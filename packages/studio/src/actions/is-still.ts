/** Whether an answer is still about what the page shows. */

import type { SetSummary } from '../protocol.ts';
import { isSameSet } from '../same-set.ts';
import { set } from '../state.ts';

/** Whether the set at hand is the one for which something was asked: a late answer about another one is dropped. */
export function isStill(of: SetSummary | undefined): boolean {
  // Before the first set is there, the page asks about the one that is on its way.
  return of === undefined || (set.value !== undefined && isSameSet(set.value.info, of.info));
}
