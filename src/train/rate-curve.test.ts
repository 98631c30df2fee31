/** The finder's arithmetic on losses of which it is known what they should give. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RandomStream } from '../core/philox.ts';
import { adviseRate, type RateCurve, readRateCurve, risingRates } from './rate-curve.ts';

/** The curve, which there must be. */
function read(rates: readonly number[], losses: readonly number[]): RateCurve {
  const curve = readRateCurve(rates, losses);
  assert.ok(curve !== undefined);
  return curve;
}

/**
 * Losses of gradient descent on a parabola of this curvature, with gradients as noisy as batches make them: it diverges
 * from a rate of 2 / curvature on.
 */
function descend(rates: readonly number[], curvature: number): number[] {
  const random = new RandomStream([curvature * 2, 3]);
  let x = Math.sqrt(2 / curvature);
  return rates.map((rate) => {
    const loss = 0.3 + 0.5 * curvature * x * x;
    x -= rate * (curvature * x + 0.3 * Math.sqrt(curvature) * (random.nextFloat() - 0.5));
    return loss;
  });
}

test('rates rise by the same factor from the first to the last', () => {
  const rates = risingRates(1e-6, 1, 13);
  assert.equal(rates.length, 13);
  assert.deepEqual([rates[0], rates[12]], [1e-6, 1]);
  for (let i = 1; i < 13; i++) assert.ok(Math.abs(rates[i] / rates[i - 1] - Math.sqrt(10)) < 1e-12);
});

describe('gradient descent on a parabola', () => {
  const rates = risingRates(1e-5, 10, 300);
  for (const curvature of [0.5, 5, 50, 500]) {
    test(`of curvature ${curvature}: a rate that converges, and fast`, () => {
      const curve = read(rates, descend(rates, curvature));
      const { suggested = 0, steepest = 0 } = curve;
      // At 1 / curvature one step is enough; at 2 / curvature none ever is.
      assert.ok(suggested * curvature > 0.03 && suggested * curvature < 0.3, `suggested ${suggested}`);
      assert.ok(steepest * curvature > 0.03 && steepest * curvature < 0.5, `steepest ${steepest}`);
      assert.equal(curve.end, 'diverged');
      const last = curve.rates[curve.rates.length - 1];
      assert.ok(last * curvature > 2 && last * curvature < 4, `ended at ${last}`);
    });
  }
});

test('the steepest fall lies where the loss falls steepest, the lowest where it is lowest', () => {
  const rates = risingRates(1e-4, 1, 401);
  // A ramp down from step 200 to 240, level until 360, then up: the mean over 40 steps comes up to 40 later.
  const losses = rates.map((_, i) => (i < 200 ? 2 : i < 240 ? 2 - (i - 200) / 40 : i < 360 ? 1 : 3));
  const curve = read(rates, losses);
  assert.ok(curve.lowest >= 358 && curve.lowest <= 360, String(curve.lowest));
  assert.equal(curve.suggested, Number((rates[curve.lowest] / 10).toPrecision(2)));
  const { steepest = 0 } = curve;
  assert.ok(steepest > rates[215] && steepest < rates[250], String(steepest));
  assert.match(adviseRate(curve), new RegExp(`^Suggested learning rate: ${curve.suggested}, a tenth of`));
});

test('the mean is corrected for its start', () => {
  const rates = risingRates(0.1, 1, 20);
  // A tenth of 20 steps: a mean that forgets half with each step.
  const { smoothed } = read(rates, [...Array.from({ length: 19 }, (_, i) => (i === 1 ? 1 : 4)), 4]);
  assert.equal(smoothed[0], 4);
  assert.ok(Math.abs(smoothed[1] - 2) < 1e-12);
  assert.ok(Math.abs(smoothed[2] - (4 * 4 + 2 * 1 + 4) / 7) < 1e-12);
});

describe('the end', () => {
  const rates = risingRates(1e-4, 1, 40);
  const level = (steps: number, loss: number): number[] => Array.from({ length: steps }, () => loss);

  test('is not there while there is more to learn', () => {
    assert.equal(readRateCurve(rates, level(39, 2)), undefined);
    assert.equal(read(rates, level(40, 2)).end, 'finished');
  });

  test('comes when the smoothed loss is four times its lowest, and what follows counts for nothing', () => {
    const curve = read(rates, [...level(20, 1), ...level(10, 1e6), ...level(10, 0)]);
    assert.deepEqual([curve.end, curve.losses.length], ['diverged', 21]);
    // From 1, the mean of 4 steps passes 2 on its way to 3, but not 4.
    assert.equal(read(rates, [...level(20, 1), ...level(20, 3)]).end, 'finished');
  });

  test('comes when the loss had fallen and is back where it began', () => {
    const curve = read(rates, [...level(10, 2), ...level(15, 1), ...level(15, 2.1)]);
    assert.equal(curve.end, 'diverged');
    assert.ok(curve.losses.length > 27 && curve.losses.length < 40);
    assert.ok(curve.suggested !== undefined);
  });

  test('comes with a loss that is no number, which is left out', () => {
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const curve = read(rates, [...level(10, 2), ...level(10, 1), wrong, 1, 1]);
      assert.deepEqual([curve.end, curve.losses.length, curve.rates.length], ['not-a-number', 20, 20]);
      assert.ok([...curve.losses, ...curve.smoothed].every(Number.isFinite));
    }
  });
});

test('a loss that does not fall gives no rate, and says where to look', () => {
  const rates = risingRates(1e-4, 1, 40);
  const flat = read(
    rates,
    rates.map(() => 2),
  );
  assert.deepEqual([flat.suggested, flat.steepest], [undefined, undefined]);
  assert.match(adviseRate(flat), /does not fall.*larger rates/);
  const rising = read(
    rates,
    rates.map((_, i) => 2 + i),
  );
  assert.equal(rising.suggested, undefined);
  assert.match(adviseRate(rising), /smaller rates/);
});

test('a loss that still falls at the end says so', () => {
  const rates = risingRates(1e-4, 1e-2, 40);
  const curve = read(
    rates,
    rates.map((_, i) => 3 - i / 20),
  );
  assert.match(adviseRate(curve), /still falling at the last rate/);
});
