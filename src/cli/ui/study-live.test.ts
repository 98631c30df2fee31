/** The table of a running study: what it says, and that it fits a terminal of 80 columns. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tinyTrain } from '../../../test/tiny-data.ts';
import type { StoredTrial, Study } from '../../study/study.ts';
import { clock, liveLines, Remaining } from './study-live.ts';

const trial = (number: number, rest: Partial<StoredTrial>): StoredTrial => ({
  number,
  values: { learningRate: 0.001 * (number + 1), batchSize: 64 },
  state: 'running',
  attempt: 1,
  value: null,
  accuracy: null,
  loss: null,
  seconds: null,
  error: null,
  reports: [],
  ...rest,
});
const study: Study = {
  version: 1,
  plan: {
    name: 'widths',
    recipe: null,
    settings: { epochs: 8 },
    data: tinyTrain.info,
    space: {},
    objective: 'accuracy',
    sampler: 'tpe',
    pruner: 'asha',
    seed: 1,
    maxBytes: null,
    maxSeconds: null,
  },
  trials: [
    trial(0, { state: 'complete', value: 0.8, accuracy: 0.8 }),
    trial(1, { state: 'complete', value: 0.9, accuracy: 0.9 }),
    trial(2, { state: 'pruned' }),
    trial(3, {
      reports: [
        { step: 1, value: 0.5 },
        { step: 2, value: 0.75 },
      ],
    }),
    trial(4, {}),
  ],
};

test('the table says what ended, what is best and what runs', () => {
  assert.deepEqual(liveLines(study, { left: '1:05', toDo: 7, columns: 80 }), [
    'widths   2 complete, 1 pruned, 2 running; 10 in all; 1:05 left',
    'best     trial 1, validation accuracy 90.00%  ▁█',
    '         learningRate 0.002, batchSize 64',
    'trial 3  epoch 2 of 8, 75.00%  ▁█',
    'trial 4  starting',
  ]);
});

test('no line is wider than the terminal, with any name and any number of trials at once', () => {
  const values = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`hidden[${i}]`, 100 + i]));
  const many: Study = {
    ...study,
    plan: { ...study.plan, name: 'a'.repeat(100) },
    trials: [
      trial(0, { state: 'complete', value: 0.9, accuracy: 0.9, values }),
      ...Array.from({ length: 50 }, (_, i) => trial(i + 1, {})),
    ],
  };
  for (const columns of [40, 80, 200]) {
    const lines = liveLines(many, { left: 'about 99:59:59', toDo: 100, columns });
    assert.ok(Math.max(...lines.map((line) => line.length)) < columns);
    assert.equal(lines.length, 12);
    assert.match(lines.at(-1) ?? '', /and 42 more/);
  }
});

test('the time left is that of --time, or follows the pace of the trials', () => {
  const pace = new Remaining(undefined, 0);
  assert.equal(pace.text({ ended: 5, toDo: 20 }, 0), '');
  assert.equal(pace.text({ ended: 7, toDo: 18 }, 20_000), '');
  assert.equal(pace.text({ ended: 9, toDo: 16 }, 40_000), 'about 2:40');
  const time = new Remaining(600_000, 0);
  assert.equal(time.text({ ended: 0, toDo: 20 }, 60_000), '9:00');
  // The trials end before the time does.
  assert.equal(time.text({ ended: 18, toDo: 2 }, 90_000), 'about 0:10');
  assert.equal(clock(3_723_000), '1:02:03');
});
