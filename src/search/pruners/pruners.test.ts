/** The pruners, on curves whose outcome can be worked out by hand. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RandomStream } from '../../core/philox.ts';
import { Search } from '../search.ts';
import type { Trial, TrialState } from '../trial.ts';
import { asha } from './asha.ts';
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
