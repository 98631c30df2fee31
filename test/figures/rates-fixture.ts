/** Made-up searches for a learning rate, one for each way that they can go. */

import { keyFromSeed, RandomStream } from '../../src/core/philox.ts';
import { type RateCurve, readRateCurve, risingRates } from '../../src/train/rate-curve.ts';

function curve(
  [from, to, steps]: readonly [number, number, number],
  loss: (step: number) => number,
): RateCurve {
  const random = new RandomStream(keyFromSeed(steps));
  const rates = risingRates(from, to, steps);
  const found = readRateCurve(
    rates,
    rates.map((_, i) => loss(i) * (0.95 + 0.1 * random.nextFloat())),
  );
  if (found === undefined) throw new Error('the curve has no end');
  return found;
}

/** High at first, low from `low` on, past all bounds from `high` on. */
const valley =
  (low: number, high: number) =>
  (step: number): number => {
    if (step < low) return 2.3 - (1.5 * step) / low;
    return step < high ? 0.8 : 0.8 + (step - high) ** 3;
  };

/** By what happens in them. */
export const madeUpCurves = {
  diverged: curve([1e-6, 1, 200], valley(120, 160)),
  'no number': curve([1e-6, 1, 200], (step) => (step < 150 ? valley(120, 160)(step) : Number.NaN)),
  'lowest at the first steps': curve([1e-4, 1, 100], valley(8, 12)),
  'lowest at the last': curve([1e-7, 100, 100], valley(95, 101)),
  level: curve([0.00999, 0.01, 20], () => 2.3),
  'no number after the first step': curve([1e-6, 1, 50], (step) => (step === 0 ? 2.3 : Number.NaN)),
} as const satisfies Record<string, RateCurve>;
