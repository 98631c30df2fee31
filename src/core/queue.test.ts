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
