import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Newest } from './newest.ts';

/** Items with the letters of all that they stand for, and work that ends when it is told to. */
function makeNewest() {
  const done: string[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const newest = new Newest<string>(
    async (item) => {
      await new Promise<void>((resolve, reject) => {
        ends.push((error) => (error === undefined ? resolve() : reject(error)));
      });
      done.push(item);
    },
    (waiting, newer) => waiting + newer,
  );
  /** Hands over as training does, which gives the thread back now and then. */
  const put = async (item: string): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    await newest.put(item);
  };
  const end = async (error?: Error): Promise<void> => {
    ends.shift()?.(error);
    await turn();
  };
  return { newest, put, end, done };
}

describe('work on the newest', () => {
  test('goes on beside: one is at work, one waits, and a newer one takes the place of that', async () => {
    const { newest, put, end, done } = makeNewest();
    for (const item of ['a', 'b', 'c', 'd']) await put(item);
    assert.deepEqual(done, [], 'nobody waited for the work');
    await end();
    assert.deepEqual(done, ['a']);
    await put('e');
    await end();
    assert.deepEqual(done, ['a', 'bcd'], 'what is at work is never replaced');
    await end();
    assert.deepEqual(done, ['a', 'bcd', 'e']);
    await newest.idle();
    await put('f');
    await end();
    assert.deepEqual(done, ['a', 'bcd', 'e', 'f']);
  });

  test('is all done once it is idle', async () => {
    const { newest, put, end, done } = makeNewest();
    await newest.idle();
    await put('a');
    await put('b');
    let idle = false;
    const waited = newest.idle().then(() => {
      idle = true;
    });
    await end();
    assert.equal(idle, false, 'b is left to do');
    await end();
    await waited;
    assert.deepEqual(done, ['a', 'b']);
  });

  test('says what went wrong when the next item comes, and whenever it is waited for', async () => {
    const { newest, put, end, done } = makeNewest();
    await put('a');
    await put('b');
    await end(new Error('the disk is full'));
    await assert.rejects(put('c'), /the disk is full/);
    await assert.rejects(newest.idle(), /the disk is full/);
    await assert.rejects(newest.idle(), /the disk is full/);
    assert.deepEqual(done, [], 'what came after the failure is not worked on');
  });

  test('is waited for where its caller leaves the thread no turn', async () => {
    const done: string[] = [];
    const newest = new Newest<string>(
      async (item) => {
        await turn();
        done.push(item);
      },
      (_, newer) => newer,
    );
    await newest.put('a');
    await newest.put('b');
    assert.deepEqual(done, ['a', 'b']);
  });
});
