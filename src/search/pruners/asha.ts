/**
 * ASHA: L. Li and others, "A system for massively parallel hyperparameter tuning", MLSys 2020. A trial that reaches a rung
 * goes on only if it is among the best 1/η of the trials that have reached that rung. This is the variant that stops trials:
 * nothing is paused, so a rung decides with the trials that it has seen, and the first trial always goes on. Of equal trials,
 * all go on.
 */

import { aWholeFrom } from '../option-kinds.ts';
import { checkPrunerOptions, makePruner, type Pruner, type PrunerOptions } from './pruner.ts';

/** Options of ASHA; `minSteps` is the first rung. */
export interface AshaOptions extends PrunerOptions {
  /** η: each rung has this many times the steps of the one before. Default: 3. */
  readonly reduction?: number;
}

/** Makes an ASHA pruner. */
export function asha(options: AshaOptions = {}): Pruner {
  checkPrunerOptions('asha', options, { reduction: aWholeFrom(2) });
  const { minSteps = 1, reduction = 3 } = options;
  return makePruner(minSteps, ({ reports, newest, others }) => {
    const rung = rungOf(newest.step, minSteps, reduction);
    // Every rung decides once. A trial that reports seldom is judged at its first report after the rung.
    const before = reports.at(-2)?.step ?? Number.NEGATIVE_INFINITY;
    if (before >= rung) return false;
    const reached = others
      .map((other) => other.reports.find(({ step }) => step >= rung)?.value)
      .filter((value) => value !== undefined);
    const better = reached.filter((value) => value < newest.value).length;
    // With fewer than η trials at the rung, only the best of them goes on.
    return better >= Math.max(1, Math.floor((reached.length + 1) / reduction));
  });
}

/** The highest rung that a step has reached. */
function rungOf(step: number, minSteps: number, reduction: number): number {
  let rung = minSteps;
  while (rung * reduction <= step) rung *= reduction;
  return rung;
}
