import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Pace } from './pace.ts';
import { Queue } from './queue.ts';

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
  const pace = new Pace({ first: 16 });
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
  const pace = new Pace({ first: 700 });
  await work(pace, 3);
  assert.equal(pace.next, 700);
});

test('all items are done once and in order, whatever the length, and no piece is above the most', async (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  for (const count of [0, 1, 63, 64, 65, 1000]) {
    const pieces: [number, number][] = [];
    const whole = await new Pace({ most: 100 }).each(count, async (from, to) => {
      pieces.push([from, to]);
      now += (to - from) / 10;
    });
    assert.ok(whole);
    assert.deepEqual(
      pieces.map(([from]) => from),
      [0, ...pieces.map(([, to]) => to)].slice(0, pieces.length),
    );
    assert.equal(pieces.at(-1)?.[1] ?? 0, count);
    assert.ok(pieces.every(([from, to]) => to > from && to - from <= 100));
  }
});

test('nothing is begun once the signal has aborted', async () => {
  const stop = new AbortController();
  let done = 0;
  const piece = async (from: number, to: number): Promise<void> => {
    done += to - from;
    stop.abort();
  };
  assert.equal(await new Pace().each(1000, piece, { signal: stop.signal }), false);
  assert.equal(done, 64);
});

test('work that is waiting for its turn is done between two pieces, and a wait ends with its signal', async () => {
  const turns = new Queue();
  const log: string[] = [];
  const long = new Pace({ most: 64 }).each(
    192,
    async (from) => {
      log.push(`from ${from}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
    { turns },
  );
  const short = new Pace().each(1, async () => void log.push('short'), { turns });
  const signal = AbortSignal.timeout(1);
  const stopped = new Pace().each(1, async () => void log.push('stopped'), { turns, signal });
  await assert.rejects(stopped, { kind: 'interrupted' });
  assert.deepEqual(log, ['from 0']);
  assert.deepEqual(await Promise.all([long, short]), [true, true]);
  assert.deepEqual(log, ['from 0', 'short', 'from 64', 'from 128']);
});
