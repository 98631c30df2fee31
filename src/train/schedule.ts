/**
 * The learning rate of every step: a function of the step only, so that a resumed run continues identically.
 */

import { aNumber, checkArguments, listOf, optional, record } from '../core/arguments.ts';
import { cosine } from '../core/trigonometry.ts';

/** Schedules of the learning rate after the warm-up, by their names in settings. */
export const scheduleNames = ['constant', 'cosine', 'linear', 'step', 'one-cycle'] as const;
export type ScheduleName = (typeof scheduleNames)[number];

/** Each maps the progress of training, 0 to 1, to a factor. */
export const schedules: Readonly<Record<ScheduleName, (progress: number) => number>> = {
  /** As it is. */
  constant: () => 1,
  /** Half a cosine, from 1 to 0 (Loshchilov & Hutter 2017). */
  cosine: (progress: number) => (1 + cosine(Math.PI * progress)) / 2,
  /** A straight line from 1 to 0. */
  linear: (progress: number) => 1 - progress,
  /** A tenth after half of training, a hundredth after three quarters. */
  step: (progress: number) => (progress < 0.5 ? 1 : progress < 0.75 ? 0.1 : 0.01),
  /** Up from a 25th for the first 30%, then down to a 10,000th of that, both by cosine (Smith & Topin 2018). */
  'one-cycle': (progress: number) =>
    progress < 0.3 ? between(1 / 25, 1, progress / 0.3) : between(1, 1 / 250_000, (progress - 0.3) / 0.7),
};

/** From one factor to another along half a cosine. */
function between(from: number, to: number, progress: number): number {
  return to + ((from - to) * (1 + cosine(Math.PI * progress))) / 2;
}

/** Another learning rate, from the beginning of an epoch on. */
export interface RateChange {
  /** Counted from 1; the first epoch has the rate of the settings. */
  readonly epoch: number;
  readonly learningRate: number;
}

/** The settings that determine the learning rates. */
export interface RateSettings {
  /** The rate that a schedule multiplies. */
  readonly learningRate: number;
  /** In the order of their epochs. */
  readonly rateChanges?: readonly RateChange[];
  readonly schedule: ScheduleName;
  /** Epochs over which the rate rises. */
  readonly warmup: number;
  readonly epochs: number;
}

const rateSettings = record({
  learningRate: aNumber,
  rateChanges: optional(listOf(record({ epoch: aNumber, learningRate: aNumber }))),
});

/** The rate that the schedule multiplies in an epoch, counted from 1. */
export function rateInEpoch(
  settings: Pick<RateSettings, 'learningRate' | 'rateChanges'>,
  epoch: number,
): number {
  checkArguments('rateInEpoch', { settings: [settings, rateSettings], epoch: [epoch, aNumber] });
  return rateOf(settings, epoch);
}

/** As `rateInEpoch`, for every step of training. */
function rateOf(
  { learningRate, rateChanges = [] }: Pick<RateSettings, 'learningRate' | 'rateChanges'>,
  epoch: number,
): number {
  return rateChanges.findLast((change) => change.epoch <= epoch)?.learningRate ?? learningRate;
}

/**
 * Learning rates of `count` steps from `firstStep` on, counted from 0.
 * @param totalSteps steps of the whole run
 */
export function learningRates(
  settings: RateSettings,
  totalSteps: number,
  firstStep: number,
  count: number,
): Float32Array {
  const { schedule, warmup, epochs } = settings;
  const warmupSteps = Math.round((totalSteps / epochs) * Math.min(warmup, epochs));
  return Float32Array.from({ length: count }, (_, i) => {
    const step = firstStep + i;
    const learningRate = rateOf(settings, 1 + Math.floor((step * epochs) / totalSteps));
    // A first step with rate 0 would be wasted.
    if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps;
    return learningRate * schedules[schedule]((step - warmupSteps) / (totalSteps - warmupSteps));
  });
}

/**
 * Decays of the running average of the weights, for `count` steps from `firstStep` on. For `average`: near 0
 * at first, so that the initial weights are forgotten soon, then that decay (as in TensorFlow's
 * ExponentialMovingAverage). For `swa` (Izmailov et al. 2018): 0 until its share of training begins, so that
 * the average equals the current weights, and from then on n / (n + 1), which gives all n + 1 steps the same
 * weight.
 * @param totalSteps steps of the whole run
 */
export function averageDecays(
  { average, swa }: { readonly average: number; readonly swa: number },
  totalSteps: number,
  firstStep: number,
  count: number,
): Float32Array {
  const averagedFrom = totalSteps - Math.round(swa * totalSteps);
  return Float32Array.from({ length: count }, (_, i) => {
    const steps = firstStep + i;
    if (swa === 0) return Math.min(average, (1 + steps) / (10 + steps));
    const averaged = Math.max(0, steps - averagedFrom);
    return averaged / (averaged + 1);
  });
}
