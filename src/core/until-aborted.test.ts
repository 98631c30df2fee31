import assert from 'node:assert/strict';
import { test } from 'node:test';
import { untilAborted } from './until-aborted.ts';

test('work that ends in time is what it is, without a signal and with one', async () => {
  const { signal } = new AbortController();
  assert.equal(await untilAborted(Promise.resolve(1), undefined, 'Stopped.'), 1);
  assert.equal(await untilAborted(Promise.resolve(2), signal, 'Stopped.'), 2);
  await assert.rejects(untilAborted(Promise.reject(new Error('broken')), signal, 'Stopped.'), /broken/);
});

test('an abort is told at once, and what the work comes to later is given on', async () => {
  const controller = new AbortController();
  let finish: (value: string) => void = () => {};
  const work = new Promise<string>((resolve) => {
    finish = resolve;
  });
  const late: string[] = [];
  const waiting = untilAborted(work, controller.signal, 'Stopped.', (value) => late.push(value));
  controller.abort('enough');
  await assert.rejects(waiting, { kind: 'interrupted', message: 'Stopped.', cause: 'enough' });
  finish('done after all');
  await work;
  await Promise.resolve();
  assert.deepEqual(late, ['done after all']);
});

test('work that fails after an abort fails for nobody', async () => {
  const failing = new Promise((_, reject) => setTimeout(() => reject(new Error('late')), 5));
  await assert.rejects(untilAborted(failing, AbortSignal.abort(), 'Stopped.'), { kind: 'interrupted' });
  await new Promise((resolve) => setTimeout(resolve, 15));
});
