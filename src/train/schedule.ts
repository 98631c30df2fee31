/** The learning rate of every step: a function of the step alone, so that a resumed run goes on as it would have. */

import { cosine } from '../core/trigonometry.ts';

/** How the learning rate goes on after its warm-up, by the names that settings have for it. */
export const scheduleNames = ['constant', 'cosine', 'linear', 'step', 'one-cycle'] as const;
export type ScheduleName = (typeof scheduleNames)[number];

/** Each takes how far training is, 0 to 1, and gives a factor. */
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

/** What of a run's settings decides its learning rates. */
export interface RateSettings {
  /** The rate that a schedule is a factor of. */
  readonly learningRate: number;
  readonly schedule: ScheduleName;
  /** Epochs in which the rate rises. */
  readonly warmup: number;
  readonly epochs: number;
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
  const { learningRate, schedule, warmup, epochs } = settings;
  const warmupSteps = Math.round((totalSteps / epochs) * Math.min(warmup, epochs));
  return Float32Array.from({ length: count }, (_, i) => {
    const step = firstStep + i;
    // A first step of rate 0 would be lost.
    if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps;
    return learningRate * schedules[schedule]((step - warmupSteps) / (totalSteps - warmupSteps));
  });
}

/**
 * Decays of the running average of the weights, for `count` steps from `firstStep` on. Of `average`: near 0 at first, so
 * that it soon forgets the first weights, then that decay (as in TensorFlow's ExponentialMovingAverage). Of `swa`
 * (Izmailov et al. 2018): 0 until its share of training begins, so that the average is the weights as they are, and from
 * then on n / (n + 1), which weighs all n + 1 steps alike.
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
