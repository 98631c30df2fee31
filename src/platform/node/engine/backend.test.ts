import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { afterEach, test } from 'node:test';
import { threadsForCores } from '../../../engine/threads.ts';
import { createNodeBackend } from './backend.ts';

const { COUTURE_THREADS } = process.env;

function setThreads(text: string | undefined): void {
  if (text === undefined) Reflect.deleteProperty(process.env, 'COUTURE_THREADS');
  else Object.assign(process.env, { COUTURE_THREADS: text });
}

afterEach(() => setThreads(COUTURE_THREADS));

async function threadsOf(options?: { threads: number }): Promise<number> {
  const backend = await createNodeBackend(options);
  await backend.dispose();
  return backend.info.threads;
}

test('threads are those asked for, else those of COUTURE_THREADS, else one for each core', async () => {
  setThreads('3');
  assert.equal(await threadsOf(), 3);
  assert.equal(await threadsOf({ threads: 2 }), 2);
  for (const none of ['', undefined]) {
    setThreads(none);
    assert.equal(await threadsOf(), availableParallelism());
  }
});

test('a COUTURE_THREADS that is no number of threads is refused', async () => {
  for (const text of ['0', '257', '1.5', 'two', '-1', '0x2', '1e0', ' 2']) {
    setThreads(text);
    await assert.rejects(createNodeBackend(), { message: new RegExp(`^COUTURE_THREADS is "${text}", not`) });
  }
  const reference = await createNodeBackend({ backend: 'reference' });
  await reference.dispose();
});

test('a machine of more cores than threads are allowed has as many as are', () => {
  assert.deepEqual([1, 2, 256, 384].map(threadsForCores), [1, 2, 256, 256]);
});
