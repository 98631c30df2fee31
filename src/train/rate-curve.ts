/**
 * What a rising learning rate does to the loss, and the rate that follows from it (L. N. Smith, "Cyclical Learning Rates
 * for Training Neural Networks", WACV 2017; L. N. Smith & N. Topin, "Super-Convergence", 2018). Arithmetic on the losses
 * of the steps alone; `findRate` trains them.
 */

import { aNumber, aString, checkArguments, kind, record } from '../core/arguments.ts';
import { root } from '../core/powers.ts';

/** The loss of each step while the learning rate rose, and what to take from it. Every number is finite. */
export interface RateCurve {
  /** What was asked for: the first and the last rate, and steps from one to the other. */
  readonly range: { readonly startRate: number; readonly endRate: number; readonly steps: number };
  /** Rates of the steps up to the end, evenly apart in their logarithm. */
  readonly rates: readonly number[];
  /** Mean loss of each step's images as they were trained on, nats. */
  readonly losses: readonly number[];
  /** Their exponential mean, corrected for its start. */
  readonly smoothed: readonly number[];
  /** Why it ended: the loss had risen too far, was no number any more, or the rates were through. */
  readonly end: 'diverged' | 'not-a-number' | 'finished';
  /** The step with the lowest smoothed loss, counted from 0. */
  readonly lowest: number;
  /** What to train with: a tenth of the rate at that step, to two digits. Undefined where the loss has not fallen. */
  readonly suggested: number | undefined;
  /** The rate at which the smoothed loss falls steepest over the logarithm of the rate, to two digits. */
  readonly steepest: number | undefined;
}

/** How far back the mean looks, as a share of the steps: over fewer, single batches decide where it is lowest. */
const MEMORY = 1 / 10;
/** Up to this share of the steps, the mean is one of a few batches, and its changes are noise. */
const BEGINNING = 1 / 20;
/** Half of what slopes are taken over, as a share of the steps. */
const SLOPE = 1 / 40;
/** Times the lowest smoothed loss: more, and training has diverged. */
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
 * Reads the losses of the first steps, as far as they count.
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
    // A network that answers every image alike keeps its first loss, however large the rate becomes.
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

/** Which rate to take, and why, or why there is none to name. */
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
    `Suggested learning rate: ${suggested}, a tenth of ${twoDigits(rates[lowest])}, where the smoothed loss is lowest. ` +
    `The loss falls fastest at ${steepest}.`;
  if (end !== 'finished' || lowest < rates.length * (1 - BEGINNING)) return advice;
  return `${advice} The loss was still falling at the last rate, so larger rates may work as well.`;
}

/** A rate as one would type it. */
function twoDigits(rate: number): number {
  return Number(rate.toPrecision(2));
}
