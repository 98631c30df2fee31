/**
 * Evaluates the loss under a rising learning rate and suggests a rate (L. N. Smith, "Cyclical Learning Rates
 * for Training Neural Networks", WACV 2017; L. N. Smith & N. Topin, "Super-Convergence", 2018). Only
 * arithmetic on the losses of the steps; `findRate` does the training.
 */

import { aNumber, aString, checkArguments, kind, record } from '../core/arguments.ts';
import { root } from '../core/powers.ts';

/** The loss of each step under a rising learning rate, and its evaluation. Every number is finite. */
export interface RateCurve {
  /** The requested range: first and last rate, and number of steps. */
  readonly range: { readonly startRate: number; readonly endRate: number; readonly steps: number };
  /** Rates of the steps up to the end, evenly apart in their logarithm. */
  readonly rates: readonly number[];
  /** Mean loss of each step's images as they were trained on, nats. */
  readonly losses: readonly number[];
  /** Exponential mean of the losses, with bias correction. */
  readonly smoothed: readonly number[];
  /** Why the search ended: the loss rose too far, was not finite, or all rates were done. */
  readonly end: 'diverged' | 'not-a-number' | 'finished';
  /** The step with the lowest smoothed loss, counted from 0. */
  readonly lowest: number;
  /** The suggestion: a tenth of the rate at that step, to two digits. Undefined if the loss did not fall. */
  readonly suggested: number | undefined;
  /** The rate at which the smoothed loss falls steepest over the logarithm of the rate, to two digits. */
  readonly steepest: number | undefined;
}

/**
 * Window of the mean as a share of the steps: with a shorter one, single batches would decide the minimum.
 */
const MEMORY = 1 / 10;
/** Up to this share of the steps, the mean is one of a few batches, and its changes are noise. */
const BEGINNING = 1 / 20;
/** Half of the window of a slope, as a share of the steps. */
const SLOPE = 1 / 40;
/** Multiple of the lowest smoothed loss above which training has diverged. */
const TOO_HIGH = 4;
/** A loss has fallen where it is below this share of the first. */
const FALLEN = 0.95;

/** `steps` rates from the first to the last, each the same multiple of the one before. */
export function risingRates(from: number, to: number, steps: number): number[] {
  const factor = root(to / from, steps - 1);
  const rates = [from];
  while (rates.length < steps - 1) rates.push(rates[rates.length - 1] * factor);
  return [...rates, to];
}

/**
 * Evaluates the losses of the steps so far.
 * @param rates those of all steps, from `risingRates`
 * @param losses of the steps done, at least one
 * @returns undefined while more steps are needed
 */
export function readRateCurve(rates: readonly number[], losses: readonly number[]): RateCurve | undefined {
  const decay = 1 - 1 / Math.max(1, rates.length * MEMORY);
  const beginning = Math.floor(rates.length * BEGINNING);
  const smoothed: number[] = [];
  let [mean, weight, lowest] = [0, 0, 0];
  let end: RateCurve['end'] | undefined;
  const hasFallen = (): boolean => lowest > beginning && smoothed[lowest] < FALLEN * smoothed[beginning];
  while (end === undefined && smoothed.length < losses.length) {
    const loss = losses[smoothed.length];
    if (!Number.isFinite(loss)) {
      end = 'not-a-number';
      break;
    }
    mean = decay * mean + (1 - decay) * loss;
    weight = decay * weight + (1 - decay);
    const now = mean / weight;
    smoothed.push(now);
    if (now < smoothed[lowest]) lowest = smoothed.length - 1;
    // A network with the same output for every image keeps its first loss at any rate.
    if (now > TOO_HIGH * smoothed[lowest] || (hasFallen() && now > smoothed[beginning])) end = 'diverged';
    else if (smoothed.length === rates.length) end = 'finished';
  }
  if (end === undefined) return undefined;
  const fallen = hasFallen();
  return {
    range: { startRate: rates[0], endRate: rates[rates.length - 1], steps: rates.length },
    rates: rates.slice(0, smoothed.length),
    losses: losses.slice(0, smoothed.length),
    smoothed,
    end,
    lowest,
    suggested: fallen ? twoDigits(rates[lowest] / 10) : undefined,
    steepest: fallen
      ? twoDigits(rates[steepestFall(smoothed, beginning, lowest, rates.length * SLOPE)])
      : undefined,
  };
}

/** The step from `first` to `last` around which `values` fall most. */
function steepestFall(values: readonly number[], first: number, last: number, reach: number): number {
  const window = Math.max(1, Math.round(reach));
  const slopeAt = (step: number): number => {
    const before = Math.max(0, step - window);
    const after = Math.min(values.length - 1, step + window);
    return (values[after] - values[before]) / (after - before);
  };
  let steepest = first;
  for (let step = first; step <= last; step++) if (slopeAt(step) < slopeAt(steepest)) steepest = step;
  return steepest;
}

const someRates = kind('an array of rates', (value) => Array.isArray(value) || ArrayBuffer.isView(value));

/** The suggested rate and the reason, or why there is none. */
export function adviseRate(curve: RateCurve): string {
  checkArguments('adviseRate', {
    curve: [
      curve,
      record({ rates: someRates, end: aString, lowest: aNumber }, 'a curve, as returned by findRate'),
    ],
  });
  const { rates, end, lowest, suggested, steepest } = curve;
  if (suggested === undefined) {
    return end === 'finished'
      ? `The loss does not fall at any rate up to ${twoDigits(rates[rates.length - 1])}: search larger rates.`
      : `The loss rises without falling first, up to a rate of ${twoDigits(rates[rates.length - 1])}: search smaller rates.`;
  }
  const advice =
    `Suggested learning rate: ${suggested}, a tenth of ${twoDigits(rates[lowest])}, where the running mean of the loss is lowest. ` +
    `That mean falls fastest at ${steepest}.`;
  if (end !== 'finished' || lowest < rates.length * (1 - BEGINNING)) return advice;
  return `${advice} The loss was still falling at the last rate, so larger rates may work as well.`;
}

/** A rate as one would type it. */
function twoDigits(rate: number): number {
  return Number(rate.toPrecision(2));
}
