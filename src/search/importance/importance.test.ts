/** Importances against functions whose shares of variance can be worked out by hand. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectives } from '../../../scripts/tune/objectives.ts';
import { RandomStream } from '../../core/philox.ts';
import { sampleRandom } from '../samplers/random.ts';
import { type AnyValues, defineSpace, type Space } from '../space.ts';
import type { SearchSummary } from '../summary.ts';
import type { Trial } from '../trial.ts';
import { importances } from './importance.ts';

const cube = defineSpace({
  x: { type: 'float', low: 0, high: 1 },
  y: { type: 'float', low: 0, high: 1 },
  z: { type: 'float', low: 0, high: 1 },
});

/** Random trials of a function. */
function summaryOf(space: Space, count: number, evaluate: (values: AnyValues) => number): SearchSummary {
  const trials = Array.from({ length: count }, (_, number): Trial => {
    const values = sampleRandom({ space, direction: 'minimize', seed: 5, number, trials: [] });
    return { number, values, state: 'complete', value: evaluate(values), reports: [] };
  });
  return { name: 'made up', space, direction: 'minimize', objective: 'value', trials };
}

/** The shares by name, and what only combinations explain. */
function sharesOf(space: Space, count: number, evaluate: (values: AnyValues) => number) {
  const found = importances(summaryOf(space, count, evaluate));
  assert.ok(found !== undefined);
  const shares = Object.fromEntries(found.parameters.map(({ name, share }) => [name, share]));
  const { x = 0, y = 0, z = 0 } = shares;
  return { ...shares, x, y, z, together: found.together };
}

/** @throws unless each share is near the known one */
function near(found: object, known: Readonly<Record<string, number>>, tolerance: number): void {
  for (const [name, share] of Object.entries(known))
    assert.ok(
      Math.abs(Reflect.get(found, name) - share) < tolerance,
      `${name}: ${Reflect.get(found, name)} instead of ${share}`,
    );
}

const n = Number;

test('an additive function: the variances are 9, 1 and 0 parts of 10', () => {
  near(
    sharesOf(cube, 300, ({ x, y }) => 3 * n(x) + n(y)),
    { x: 0.9, y: 0.1, z: 0, together: 0 },
    0.05,
  );
});

test('a product around the middle: nothing alone, everything together', () => {
  near(
    sharesOf(cube, 600, ({ x, y }) => (n(x) - 0.5) * (n(y) - 0.5)),
    { x: 0, y: 0, z: 0, together: 1 },
    0.12,
  );
});

test('Ishigami: the published indices are 0.314, 0.442 and 0', () => {
  // T. Ishigami and T. Homma, 1990, with a = 7 and b = 0.1.
  const angle = { type: 'float', low: -Math.PI, high: Math.PI } as const;
  const found = sharesOf({ x: angle, y: angle, z: angle }, 1000, ({ x, y, z }) => {
    return Math.sin(n(x)) + 7 * Math.sin(n(y)) ** 2 + 0.1 * n(z) ** 4 * Math.sin(n(x));
  });
  // Deep trees put some of the variance of y into combinations.
  near(found, { x: 0.314, y: 0.442, z: 0, together: 0.244 }, 0.15);
  assert.ok(found.y > found.x && found.x > found.z);
});

test('Branin: as a grid of its values gives', () => {
  const [{ space, evaluate }] = objectives;
  const steps = 200;
  const grid = Array.from({ length: steps }, (_, i) =>
    Array.from({ length: steps }, (_, j) =>
      evaluate({ x1: -5 + (15 * (i + 0.5)) / steps, x2: (15 * (j + 0.5)) / steps }),
    ),
  );
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  const spread = (values: readonly number[]): number => mean(values.map((v) => (v - mean(values)) ** 2));
  const total = spread(grid.flat());
  const known = {
    x1: spread(grid.map(mean)) / total,
    x2: spread(grid.map((_, j) => mean(grid.map((row) => row[j])))) / total,
  };
  near(sharesOf(space, 500, evaluate), known, 0.06);
});

test('choices, steps and logarithms count by their share of the range', () => {
  const space = defineSpace({
    kind: { type: 'categorical', choices: ['a', 'b', 'c'] },
    rate: { type: 'float', low: 1e-4, high: 1, log: true },
    width: { type: 'int', low: 1, high: 4 },
  });
  const found = sharesOf(space, 400, ({ kind, rate }) => (kind === 'b' ? 1 : 0) + Math.log10(n(rate)) / 4);
  // 2/9 of the choice, and 1/12 of a uniform number.
  const total = 2 / 9 + 1 / 12;
  near(found, { kind: 2 / 9 / total, rate: 1 / 12 / total, width: 0 }, 0.05);
});

test('pruned trials are compared after the step that half of them reached', () => {
  const { trials, ...rest } = summaryOf(cube, 60, ({ x }) => n(x));
  const noise = new RandomStream([3, 4]);
  const pruned = trials.map((trial): Trial => {
    // The last values of pruned trials say more about the number of their steps than about x.
    const steps = 1 + (trial.number % 4);
    const reports = Array.from({ length: steps }, (_, i) => ({
      step: i + 1,
      value: n(trial.value) + 5 / (i + 1) + 0.01 * noise.nextFloat(),
    }));
    const { value, ...open } = trial;
    return steps === 4 ? { ...trial, reports } : { ...open, state: 'pruned', reports };
  });
  const found = importances({ ...rest, trials: pruned });
  assert.deepEqual([found?.step, found?.trials], [3, 30]);
  near({ x: found?.parameters.find(({ name }) => name === 'x')?.share }, { x: 1 }, 0.1);
});

test('too few trials, or equal ones, have no importances', () => {
  assert.equal(importances(summaryOf(cube, 9, ({ x }) => n(x))), undefined);
  assert.equal(importances(summaryOf(cube, 40, () => 1)), undefined);
  const { trials, ...rest } = summaryOf(cube, 12, ({ x }) => n(x));
  const diverged = trials.map((trial) => (trial.number % 2 === 0 ? { ...trial, value: Number.NaN } : trial));
  assert.equal(importances({ ...rest, trials: diverged }), undefined);
});
