/**
 * Numbers that the kernels and the code around them share, defined only here: `scripts/build-kernels.ts` writes
 * them, those of an augmentation's record (`src/data/augment.ts`) and of the optimizers (`src/engine/scalars.ts`) to
 * `kernels/constants.generated.ts`.
 */

import type { Activation } from '../../model/dense-layer.ts';
import type { OptimizerOptions } from '../backend.ts';

/** Bytes of one line: 16 float32. */
export const LINE = 64;
/** Features, outputs or rows of one panel. */
export const PANEL = 16;
/** Inputs of one unit of a weight gradient or an update: 48 lines are 3 KB, which stay in the L1 cache. */
export const STRIP = 48;

/** Panels of outputs that one pass over a row's values computes if zeros are skipped: `sumBy3` in kernels/sparse.ts. */
export const PANELS_TOGETHER = 3;
/** Inputs of one list of values that are not 0: 128 lines of three panels of weights are 24 KB, which stay in the L1 cache. */
export const LIST_INPUTS = 128;
/** Largest share of nonzero values at which they are listed: skipping the zeros is then faster. */
export const MOST_LISTED = 0.65;

/** Lines that a norm keeps for a panel in each role: scale, then shift. */
export const AFFINE_LINES = 2;
/** Lines of a panel's statistics: running mean and variance, then mean and 1 / deviation of the last batch. */
export const STATS_LINES = 4;

/** Activations by number. */
export const ACTIVATIONS: readonly Activation[] = ['none', 'relu', 'leakyRelu', 'gelu', 'silu', 'root'];
/** Optimizers by number. */
export const OPTIMIZERS: readonly OptimizerOptions['name'][] = ['adam', 'sgd', 'lion'];

/**
 * Words of a team's control block that the barrier uses: how many threads have arrived, how often all have, and whether
 * one has failed.
 */
export const ARRIVED_WORD = 0;
export const TURN_WORD = 1;
export const FAILED_WORD = 2;

/** Pages of 64 KiB that the memory may grow to: 2 GiB. */
export const MAX_PAGES = 32_768;
