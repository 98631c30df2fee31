import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Pace } from './pace.ts';

/** Work of so many milliseconds an item, on a clock that nothing else moves. */
function workOf(t: TestContext, milliseconds: () => number) {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  return (pace: Pace, items = pace.next): Promise<number> =>
    pace.time(items, async () => {
      now += items * milliseconds();
      return items;
    });
}

test('pieces grow step by step to what takes 70 ms, and shrink at once', async (t) => {
  let milliseconds = 0.1;
  const work = workOf(t, () => milliseconds);
  const pace = new Pace(16);
  const pieces: number[] = [];
  for (let i = 0; i < 5; i++) pieces.push(await work(pace));
  assert.deepEqual(pieces, [16, 64, 256, 700, 700]);
  milliseconds = 7;
  await work(pace);
  assert.equal(pace.next, 10);
  milliseconds = 1000;
  await work(pace);
  assert.equal(pace.next, 1);
});

test('the short rest of a list changes nothing', async (t) => {
  const work = workOf(t, () => 0.1);
  const pace = new Pace(700);
  await work(pace, 3);
  assert.equal(pace.next, 700);
});
