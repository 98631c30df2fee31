/** The pruners by name. */

import { asha } from './asha.ts';
import { medianStop } from './median.ts';
import type { Pruner } from './pruner.ts';

/** Names of the pruners. */
export const prunerNames = ['asha', 'median', 'none'] as const;

/** A pruner by name. */
export type PrunerName = (typeof prunerNames)[number];

/** The pruners with their default options. */
export const pruners: Readonly<Record<PrunerName, Pruner>> = {
  asha: asha(),
  median: medianStop(),
  none: () => false,
};
