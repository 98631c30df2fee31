/**
 * The learning-rate finder: training with the given settings from new weights, but with a rate that rises
 * from step to step (Smith 2017). One pass over a few hundred batches shows at which rates the loss falls and
 * at which training diverges.
 */

import {
  aFunction,
  aNumber,
  anObject,
  aSignal,
  checkArguments,
  exactly,
  optional,
} from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { aDataset } from '../data/argument-kinds.ts';
import { augmentedEpochs } from '../data/augment.ts';
import type { Dataset } from '../data/dataset.ts';
import { aBackend } from '../engine/argument-kinds.ts';
import type { Backend } from '../engine/backend.ts';
import { aConfig } from './argument-kinds.ts';
import { type RateCurve, readRateCurve, risingRates } from './rate-curve.ts';
import type { RunConfig } from './settings.ts';
import type { Teacher } from './teacher.ts';
import { train } from './train.ts';

/** Range of rates and number of steps. */
export interface RateRange {
  /** The first rate; 1e-6 by default. */
  readonly startRate?: number | undefined;
  /** The last rate, 100 at most; 1 by default. */
  readonly endRate?: number | undefined;
  /** An epoch's by default, but from 100 to 400. */
  readonly steps?: number | undefined;
}

/** How `findRate` trains, and over which learning rates. */
export interface FindRateOptions extends RateRange {
  readonly backend: Backend;
  /** The training split; validation images are held out of it as in training, and not used. */
  readonly dataset: Dataset;
  /** As in training, if the settings need one. */
  readonly teacher?: Teacher | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Steps done, number of steps, and the current rate. */
  readonly onStep?: ((done: number, steps: number, rate: number) => void) | undefined;
}

export const LEAST_STEPS = 20;
export const MOST_STEPS = 100_000;
/** Largest rate of the setting. */
export const HIGHEST_RATE = 100;
/** The defaults. */
export const STANDARD_RANGE = { startRate: 1e-6, endRate: 1, leastSteps: 100, mostSteps: 400 } as const;

const findOptions = exactly({
  backend: aBackend,
  dataset: aDataset,
  teacher: optional(anObject),
  signal: optional(aSignal),
  onStep: optional(aFunction),
  startRate: optional(aNumber),
  endRate: optional(aNumber),
  steps: optional(aNumber),
});

/**
 * Trains while the learning rate rises until the loss rises too, and suggests a rate. The learning rate,
 * schedule and patience of the settings are ignored. The same config and range give the same curve, bit for
 * bit.
 * @throws CoutureError of kind `usage` for an invalid range and where data and model do not fit, `runtime`
 * when the first loss is not finite, `interrupted` when `signal` aborts
 */
export async function findRate(config: RunConfig, options: FindRateOptions): Promise<RateCurve> {
  checkArguments('findRate', { config: [config, aConfig], options: [options, findOptions] });
  const { backend, dataset, teacher, signal, onStep } = options;
  const { startRate, endRate } = checkRateRange(options);
  const { settings } = config;
  // An epoch has at least one step, so these are enough. All are like the first, with augmentation
  // throughout.
  const epochs = Math.max(settings.epochs, options.steps ?? STANDARD_RANGE.mostSteps);
  const augmentUntil = augmentedEpochs(settings) > 0 ? 1 : 0;
  let rates: number[] = [];
  const events = train(
    { ...config, settings: { ...settings, epochs, augmentUntil, patience: 0 } },
    {
      backend,
      dataset,
      // A chunk of steps may go past the last rate; those steps are dropped.
      rates: (first, count) =>
        Float32Array.from({ length: count }, (_, i) => rates[Math.min(first + i, rates.length - 1)]),
      ...(teacher && { teacher }),
      ...(signal && { signal }),
    },
  );
  const losses: number[] = [];
  for await (const event of events) {
    if (event.type === 'start') {
      rates = risingRates(startRate, endRate, options.steps ?? standardSteps(event.stepsPerEpoch));
    } else if (event.type === 'step') {
      losses.push(...meansOf(event.losses, settings.batchSize));
      const curve = readRateCurve(rates, losses);
      const done = curve?.losses.length ?? losses.length;
      onStep?.(done, rates.length, rates[Math.max(0, done - 1)]);
      if (curve !== undefined) return requireLosses(curve);
    } else if (event.type === 'done') break;
  }
  throw new CoutureError('interrupted', 'Stopped before a learning rate was found.');
}

/** The mean of each batch, summed in its order: the last batch of an epoch may be smaller. */
function meansOf(losses: Float32Array, batchSize: number): number[] {
  const means: number[] = [];
  for (let start = 0; start < losses.length; start += batchSize) {
    const batch = losses.subarray(start, start + batchSize);
    means.push(batch.reduce((sum, loss) => sum + loss, 0) / batch.length);
  }
  return means;
}

function standardSteps(stepsPerEpoch: number): number {
  return Math.max(STANDARD_RANGE.leastSteps, Math.min(STANDARD_RANGE.mostSteps, stepsPerEpoch));
}

function requireLosses(curve: RateCurve): RateCurve {
  if (curve.losses.length > 0) return curve;
  throw new CoutureError('runtime', 'The loss of the first step is not a finite number.', {
    hint: 'Start at a smaller rate, or check the layers.',
  });
}

/**
 * First and last rate of a range.
 * @throws CoutureError of kind `usage` for an invalid range
 */
export function checkRateRange({ startRate, endRate, steps }: RateRange): {
  readonly startRate: number;
  readonly endRate: number;
} {
  const [start, end] = [startRate ?? STANDARD_RANGE.startRate, endRate ?? STANDARD_RANGE.endRate];
  if (!(start > 0 && start < end && end <= HIGHEST_RATE)) {
    throw new CoutureError('usage', `The learning rate cannot rise from ${start} to ${end}.`, {
      hint: `Both rates must be above 0 and at most ${HIGHEST_RATE}, and the second must be above the first.`,
    });
  }
  if (steps !== undefined && !(Number.isInteger(steps) && steps >= LEAST_STEPS && steps <= MOST_STEPS)) {
    throw new CoutureError(
      'usage',
      `The number of steps must be from ${LEAST_STEPS} to ${MOST_STEPS}, not ${steps}.`,
    );
  }
  return { startRate: start, endRate: end };
}
