/**
 * ASHA: L. Li and others, "A system for massively parallel hyperparameter tuning", MLSys 2020. A trial that reaches a rung
 * goes on only if it is among the best 1/η of the trials that have reached that rung. This is the variant that stops trials:
 * nothing is paused, so a rung decides with the trials that it has seen, and the first trial always goes on.
 */

import { aNumber, checkArguments, optional, options as optionsOf } from '../../core/arguments.ts';
import { asLoss, type Trial } from '../trial.ts';
import type { Pruner } from './pruner.ts';

/** Options of ASHA. */
export interface AshaOptions {
  /** The first rung, in steps. Default: 1. */
  readonly minSteps?: number;
  /** η: each rung has this many times the steps of the one before. Default: 3. */
  readonly reduction?: number;
}

/** Makes an ASHA pruner. */
export function asha(options: AshaOptions = {}): Pruner {
  const anOption = optional(aNumber);
  checkArguments('asha', { options: [options, optionsOf({ minSteps: anOption, reduction: anOption })] });
  const { minSteps = 1, reduction = 3 } = options;
  return ({ trial, others, direction }) => {
    const newest = trial.reports.at(-1);
    if (newest === undefined || !isRung(newest.step, minSteps, reduction)) return false;
    const at = (each: Trial<unknown>): number | undefined =>
      each.reports.find(({ step }) => step === newest.step)?.value;
    const own = asLoss(newest.value, direction);
    const reached = others.map(at).filter((value) => value !== undefined);
    const better = reached.filter((value) => asLoss(value, direction) < own).length;
    // With fewer than η trials at the rung, only the best of them goes on.
    return better >= Math.max(1, Math.floor((reached.length + 1) / reduction));
  };
}

function isRung(step: number, minSteps: number, reduction: number): boolean {
  let rung = minSteps;
  while (rung < step) rung *= reduction;
  return rung === step;
}
