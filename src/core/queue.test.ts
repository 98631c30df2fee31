import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Queue } from './queue.ts';

test('tasks never overlap, keep their order, and one that fails stops no other', async () => {
  const queue = new Queue();
  const log: string[] = [];
  const task =
    (name: string, fails = false) =>
    async () => {
      log.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
  const first = queue.run(task('a'));
  const second = queue.run(task('b', true));
  const third = queue.run(task('c'));
  await assert.rejects(second, /b/);
  assert.deepEqual([await first, await third], ['a', 'c']);
  await queue.idle();
  assert.deepEqual(log, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

test('a task whose signal aborts while it waits is left out at once, and the next one moves up', async () => {
  const queue = new Queue();
  const log: string[] = [];
  let finish = () => {};
  const long = queue.run(() => new Promise<void>((resolve) => (finish = resolve)));
  const controller = new AbortController();
  const waiting = queue.run(() => log.push('aborted'), controller.signal);
  const next = queue.run(() => log.push('next'), new AbortController().signal);
  controller.abort(new Error('enough'));
  // The long task has not ended: the wait has.
  await assert.rejects(waiting, (error: Error & { kind?: string }) => {
    assert.equal(error.kind, 'interrupted');
    assert.match(String(error.cause), /enough/);
    return true;
  });
  assert.equal(log.join(), '');
  finish();
  await Promise.all([long, next]);
  assert.equal(log.join(), 'next');
  await assert.rejects(
    queue.run(() => void log.push('never'), AbortSignal.abort()),
    { kind: 'interrupted' },
  );
  await queue.idle();
  assert.deepEqual(log, ['next']);
});

test('a task that has begun is not stopped by its signal', async () => {
  const queue = new Queue();
  const controller = new AbortController();
  const task = queue.run(async () => {
    controller.abort();
    await Promise.resolve();
    return 'done';
  }, controller.signal);
  assert.equal(await task, 'done');
});
