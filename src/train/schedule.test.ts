import assert from 'node:assert/strict';
import { test } from 'node:test';
import { averageDecays, learningRates, scheduleNames, schedules } from './schedule.ts';

const settings = { learningRate: 0.5, schedule: 'cosine', warmup: 2, epochs: 10 } as const;

test('a warm-up rises evenly to the learning rate, and the schedule goes on from there', () => {
  const rates = learningRates(settings, 100, 0, 100);
  assert.ok(Math.abs(rates[0] - 0.5 / 20) < 1e-7 && rates[19] === 0.5 && rates[20] === 0.5);
  assert.ok(Math.abs(rates[60] - 0.25) < 1e-7, 'half of the cosine is half of the rate');
  assert.ok(rates[99] > 0 && rates[99] < 0.001);
});

test('rates of some steps are those of all steps: a resumed run goes on as it would have', () => {
  const all = learningRates(settings, 100, 0, 100);
  assert.deepEqual(learningRates(settings, 100, 37, 11), all.slice(37, 48));
  const average = { average: 0.99, swa: 0 };
  const decays = averageDecays(average, 5000, 0, 2000);
  assert.deepEqual(averageDecays(average, 5000, 700, 3), decays.slice(700, 703));
  assert.ok(Math.abs(decays[0] - 0.1) < 1e-7 && decays[1999] === Math.fround(0.99));
});

test('swa averages the steps of its share evenly, and before that only the last step', () => {
  const decays = averageDecays({ average: 0, swa: 0.25 }, 40, 0, 40);
  assert.ok(decays.subarray(0, 31).every((decay) => decay === 0));
  assert.deepEqual(averageDecays({ average: 0, swa: 0.25 }, 40, 33, 4), decays.slice(33, 37));
  let mean = 0;
  for (let step = 0; step < 40; step++) mean = decays[step] * mean + (1 - decays[step]) * step;
  assert.ok(Math.abs(mean - 34.5) < 1e-5, `steps 30 to 39 have the mean 34.5, not ${mean}`);
});

test('every schedule begins and ends where it says', () => {
  const ends = { constant: 1, cosine: 0, linear: 0, step: 0.01, 'one-cycle': 1 / 250_000 };
  for (const name of scheduleNames) {
    const [schedule, end] = [schedules[name], ends[name]];
    assert.ok(Math.abs(schedule(0) - (name === 'one-cycle' ? 1 / 25 : 1)) < 1e-12, name);
    assert.ok(Math.abs(schedule(1) - end) < 1e-12, name);
  }
  assert.equal(schedules['one-cycle'](0.3), 1);
  assert.deepEqual([0.49, 0.5, 0.75].map(schedules.step), [1, 0.1, 0.01]);
});
