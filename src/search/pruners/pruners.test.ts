/** The pruners, on curves whose outcome can be worked out by hand. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RandomStream } from '../../core/philox.ts';
import { tpe } from '../samplers/tpe.ts';
import { Search } from '../search.ts';
import type { Trial, TrialState } from '../trial.ts';
import { type AshaOptions, asha } from './asha.ts';
import { medianStop } from './median.ts';

const trial = (number: number, losses: readonly number[], state: TrialState = 'complete'): Trial => ({
  number,
  values: {},
  state,
  reports: losses.map((value, index) => ({ step: index + 1, value })),
});
const ask = (losses: readonly number[], others: readonly Trial[]) =>
  ({ trial: trial(99, losses, 'running'), others, direction: 'minimize' }) as const;

describe('ASHA', () => {
  const others = [0.1, 0.2, 0.3, 0.4, 0.5].map((loss, number) => trial(number, [loss]));

  test('the best third of a rung goes on', () => {
    // With the trial itself there are 6 at the rung, of which 2 go on.
    const stops = [0.05, 0.15, 0.25, 0.45].map((loss) => asha()(ask([loss], others)));
    assert.deepEqual(stops, [false, false, true, true]);
    assert.equal(asha({ reduction: 2 })(ask([0.25], others)), false);
  });

  test('only rungs decide, and the first trial at a rung goes on', () => {
    const long = [1, 2, 3, 4, 5].map((number) => trial(number, [0.1, 0.1, 0.1, 0.1]));
    const decides = [1, 2, 3, 4].map((steps) => asha()(ask(Array(steps).fill(0.9), long)));
    assert.deepEqual(decides, [true, false, true, false]);
    assert.equal(asha({ minSteps: 2 })(ask([0.9], long)), false);
    assert.equal(asha()(ask([0.9], [])), false);
  });

  test('the rungs are minSteps · η^k, and each keeps the best 1/η of those that reached it', () => {
    // The example of the paper, with r = 1 and η = 3: of 9 configurations at rung 0, 3 go on to rung 1 and 1 to rung 2.
    const losses = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const survivors = (steps: number, reached: readonly number[]): number[] =>
      reached.filter((loss) => {
        const peers = reached.filter((other) => other !== loss);
        const curve = (value: number): number[] => Array(steps).fill(value);
        return !asha()(
          ask(
            curve(loss),
            peers.map((peer, number) => trial(number, curve(peer))),
          ),
        );
      });
    assert.deepEqual(survivors(1, losses), [1, 2, 3]);
    assert.deepEqual(survivors(3, [1, 2, 3]), [1]);
    assert.deepEqual(survivors(9, [1]), [1]);
    const rungs = (options: AshaOptions): number[] => {
      const better = [1, 2, 3].map((number) => trial(number, Array(100).fill(0)));
      return Array.from({ length: 100 }, (_, i) => i + 1).filter((step) =>
        asha(options)(ask(Array(step).fill(1), better)),
      );
    };
    assert.deepEqual(rungs({}), [1, 3, 9, 27, 81]);
    assert.deepEqual(rungs({ minSteps: 2, reduction: 4 }), [2, 8, 32]);
  });

  test('a trial that skips the step of a rung is judged at its next report, once', () => {
    const sparse = (steps: readonly number[], loss: number, number = 99): Trial => ({
      ...trial(number, [], 'running'),
      reports: steps.map((step) => ({ step, value: loss })),
    });
    const others = [1, 2, 3].map((number) => sparse([2, 4, 6, 8, 10], 0.1, number));
    const stops = [[2], [2, 4], [2, 4, 6], [2, 4, 6, 8], [2, 4, 6, 8, 10]].map((steps) =>
      asha()({ trial: sparse(steps, 0.9), others, direction: 'minimize' }),
    );
    assert.deepEqual(stops, [true, true, false, false, true]);
  });

  test('a late report is judged by all trials that are at the rung by then', () => {
    assert.equal(asha()(ask([0.25], others.slice(2))), false);
    assert.equal(asha()(ask([0.25], others)), true);
  });

  test('of equal trials all go on', () => {
    const equal = [1, 2, 3, 4, 5, 6].map((number) => trial(number, [0.5]));
    assert.equal(asha()(ask([0.5], equal)), false);
    assert.equal(asha()(ask([0.5], [...equal, trial(7, [0.4]), trial(8, [0.4]), trial(9, [0.4])])), true);
  });

  test('NaN is worst, and the larger value is better when maximizing', () => {
    assert.equal(asha()(ask([Number.NaN], others)), true);
    assert.equal(asha()({ ...ask([0.9], others), direction: 'maximize' }), false);
    assert.equal(asha()({ ...ask([0.05], others), direction: 'maximize' }), true);
  });
});

describe('median stop', () => {
  // Running averages after 2 steps: 1.5, 2.5, 3.5, 4.5, 5.5; their median is 3.5.
  const others = [1, 2, 3, 4, 5].map((low, number) => trial(number, [low + 1, low, 0]));

  test('the best value so far is compared with the median of the averages', () => {
    const stop = medianStop();
    assert.equal(stop(ask([9, 3.6], others)), true);
    assert.equal(stop(ask([9, 3.5], others)), false);
    assert.equal(stop(ask([3, 9], others)), false);
  });

  test('it waits for complete trials and for steps', () => {
    const running = others.map((each) => ({ ...each, state: 'running' as const }));
    assert.equal(medianStop()(ask([9, 9], running)), false);
    assert.equal(medianStop()(ask([9, 9], others.slice(1))), false);
    assert.equal(medianStop({ minSteps: 3 })(ask([9, 9], others)), false);
  });
});

for (const [name, pruner] of Object.entries({ asha: asha(), median: medianStop() })) {
  test(`${name}: a failed trial stops nobody, because it cannot win`, () => {
    const good = [1, 2, 3, 4, 5, 6].map((number) => trial(number, [0.1]));
    assert.equal(pruner(ask([0.9], good)), true);
    assert.equal(
      pruner(
        ask(
          [0.9],
          good.map((each) => ({ ...each, state: 'failed' as const })),
        ),
      ),
      false,
    );
  });

  test(`${name}: a trial that has diverged stops, even as the first, and none stops at its last step`, () => {
    assert.equal(pruner(ask([Number.NaN], [])), true);
    assert.equal(pruner(ask([Number.POSITIVE_INFINITY], [])), true);
    const good = [1, 2, 3, 4, 5, 6].map((number) => trial(number, [0.1, 0.1, 0.1]));
    assert.equal(pruner({ ...ask([0.9, 0.9, 0.9], good), lastStep: 4 }), true);
    assert.equal(pruner({ ...ask([0.9, 0.9, 0.9], good), lastStep: 3 }), false);
  });
}

test('options that make no rule are refused', () => {
  const refused = (make: () => unknown, message: string): void =>
    assert.throws(make, { name: 'CoutureError', kind: 'usage', message });
  // A reduction of 1 had no end of rungs.
  refused(
    () => asha({ reduction: 1 }),
    'asha: options.reduction must be a whole number of at least 2, not the number 1.',
  );
  refused(
    () => asha({ minSteps: Number.NaN }),
    'asha: options.minSteps must be a whole number of at least 1, not the number NaN.',
  );
  refused(
    () => medianStop({ minSteps: 0 }),
    'medianStop: options.minSteps must be a whole number of at least 1, not the number 0.',
  );
  refused(
    () => medianStop({ startup: 0 }),
    'medianStop: options.startup must be a whole number of at least 1, not the number 0.',
  );
  refused(
    () => tpe({ quantile: 1 }),
    'tpe: options.quantile must be a number above 0 and below 1, not the number 1.',
  );
  refused(
    () => tpe({ candidates: 0 }),
    'tpe: options.candidates must be a whole number of at least 1, not the number 0.',
  );
});

test('ASHA finds as good a trial as full training with a quarter of the steps', () => {
  const space = { quality: { type: 'float', low: 0, high: 1 } } as const;
  const run = (pruner: 'asha' | 'none'): { readonly steps: number; readonly best: number } => {
    const search = new Search({ space, sampler: 'random', pruner, seed: 1 });
    const noise = new RandomStream([1, 1]);
    let steps = 0;
    for (let i = 0; i < 100; i++) {
      const { number, values } = search.ask();
      const lossAt = (step: number): number => values.quality + 1 / step;
      let pruned = false;
      for (let step = 1; step <= 27 && !pruned; step++) {
        steps += 1;
        const loss = lossAt(step) + 0.02 * noise.nextFloat();
        pruned = search.report(number, step, loss) === 'prune';
      }
      if (!pruned) search.tell(number, values.quality);
    }
    return { steps, best: search.best?.value ?? Number.NaN };
  };
  const [pruned, full] = [run('asha'), run('none')];
  assert.ok(pruned.steps < full.steps / 4, `${pruned.steps} of ${full.steps}`);
  assert.ok(pruned.best < full.best + 0.03, `${pruned.best} and ${full.best}`);
});
