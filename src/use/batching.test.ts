/** Overlapping calls share batches, and each gets its own results, whatever happens to the others. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makeImages, makeModel } from '../../test/model-fixture.ts';
import { createBackend } from '../engine/create.ts';
import { Batching } from './batching.ts';
import { Ensemble } from './ensemble.ts';
import type { ImageChoice, Predictor } from './predictor.ts';

const SIZE = 12;
const model = makeModel();
const { members, views, temperature, data } = model;

/** A real network whose batches are recorded, and which may be held up or made to fail. */
async function recorded({ fails = (_: Uint8Array): boolean => false, held = Promise.resolve() } = {}) {
  const backend = await createBackend();
  const inner = new Ensemble({ members, views, temperature, classNames: data.classNames, backend });
  const batches: number[] = [];
  const predictor: Predictor = {
    classNames: inner.classNames,
    predict: (image, options) => inner.predict(image, options),
    predictMany: (images, options) => inner.predictMany(images, options),
    async logProbabilities(images: Uint8Array, choice?: ImageChoice) {
      batches.push(images.length / SIZE);
      await held;
      if (fails(images)) throw new Error('not these images');
      return await inner.logProbabilities(images, choice);
    },
    dispose: () => inner.dispose(),
  };
  return { inner, predictor, batches };
}

describe('a batching predictor', () => {
  test('gives each of 300 overlapping calls the bits of its own image, in batches of at most 64', async () => {
    const { inner, predictor, batches } = await recorded();
    const batching = new Batching({ predictor, imageValues: SIZE });
    const images = Array.from({ length: 300 }, (_, i) => makeImages(1, SIZE, i));
    const answers = await Promise.all(images.map((image) => batching.predict(image)));
    assert.deepEqual(answers, await inner.predictMany(images));
    assert.deepEqual(batches, [64, 64, 64, 64, 44]);
    assert.equal(batching.waiting, 0);
    await batching.dispose();
    await assert.rejects(batching.predict(images[0]), /has been disposed of/);
  });

  test('takes a large call in pieces, and small calls do not wait for its end', async () => {
    const { inner, predictor, batches } = await recorded();
    await using batching = new Batching({ predictor, imageValues: SIZE, most: 10 });
    const many = makeImages(35, SIZE);
    const ends: string[] = [];
    const large = batching.logProbabilities(many).finally(() => ends.push('large'));
    const small = batching.predict(makeImages(1, SIZE, 9)).finally(() => ends.push('small'));
    assert.deepEqual(await large, await inner.logProbabilities(many));
    assert.deepEqual(await small, await inner.predict(makeImages(1, SIZE, 9)));
    assert.deepEqual(ends, ['small', 'large']);
    assert.deepEqual(batches, [10, 10, 10, 6]);
  });

  test('what onBatch throws disturbs no call, and each batch is reported once', async () => {
    const { inner, predictor } = await recorded({ fails: (images) => images.length > 3 * SIZE });
    const told: number[] = [];
    const onBatch = (images: number): void => {
      told.push(images);
      throw new Error('a fault of the caller');
    };
    await using batching = new Batching({ predictor, imageValues: SIZE, most: 4, onBatch });
    // The first batch has parts of three calls and fails as a whole; the last call is in two batches.
    const calls = [1, 2, 3].map((count) => makeImages(count, SIZE, count));
    const answers = await Promise.all(calls.map((images) => batching.logProbabilities(images)));
    for (const [i, images] of calls.entries())
      assert.deepEqual(answers[i], await inner.logProbabilities(images), `call ${i}`);
    await new Promise((resolve) => setTimeout(resolve));
    assert.deepEqual(told, [4, 2]);
  });

  test('an abort ends one call at once, before or during its batch, and no other', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { inner, predictor, batches } = await recorded({ held });
    await using batching = new Batching({ predictor, imageValues: SIZE, most: 2 });
    const images = [0, 1, 2, 3, 4, 5].map((seed) => makeImages(1, SIZE, seed));
    const during = new AbortController();
    const before = new AbortController();
    const signals = new Map([
      [0, during.signal],
      [4, before.signal],
    ]);
    const calls = images.map((image, i) => batching.predict(image, { signal: signals.get(i) }));
    const outcomes = Promise.allSettled(calls);
    await new Promise((resolve) => setTimeout(resolve, 20));
    // One batch is being computed, one is ready behind it, and two images wait.
    const waiting = [batching.waiting];
    during.abort();
    before.abort();
    const early = await Promise.allSettled([calls[0], calls[4]]);
    waiting.push(batching.waiting);
    release();
    assert.deepEqual(waiting, [2, 1]);
    for (const outcome of early)
      assert.equal(outcome.status === 'rejected' && outcome.reason.kind, 'interrupted');
    for (const [i, outcome] of (await outcomes).entries())
      if (!signals.has(i))
        assert.deepEqual(outcome, { status: 'fulfilled', value: await inner.predict(images[i]) });
    assert.deepEqual(batches, [2, 2, 1]);
    await assert.rejects(batching.predict(images[0], { signal: AbortSignal.abort() }), {
      kind: 'interrupted',
    });
  });

  test('a batch that fails fails only for the guilty call', async () => {
    const bad = makeImages(1, SIZE, 77);
    const contains = (images: Uint8Array) => Buffer.from(images).includes(Buffer.from(bad));
    const { inner, predictor } = await recorded({ fails: contains });
    await using batching = new Batching({ predictor, imageValues: SIZE });
    const images = [makeImages(1, SIZE, 1), bad, makeImages(1, SIZE, 2)];
    const [first, second, third] = await Promise.allSettled(images.map((image) => batching.predict(image)));
    assert.deepEqual(first, { status: 'fulfilled', value: await inner.predict(images[0]) });
    assert.match(second.status === 'rejected' ? String(second.reason) : '', /not these images/);
    assert.deepEqual(third, { status: 'fulfilled', value: await inner.predict(images[2]) });
  });

  test('leaves no listener on a signal that many calls share', async () => {
    const { predictor } = await recorded();
    await using batching = new Batching({ predictor, imageValues: SIZE });
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    Object.assign(signal, {
      addEventListener: (...args: Parameters<typeof add>) => {
        listeners += 1;
        add(...args);
      },
      removeEventListener: (...args: Parameters<typeof remove>) => {
        listeners -= 1;
        remove(...args);
      },
    });
    await Promise.all([1, 2, 3].map((seed) => batching.predict(makeImages(1, SIZE, seed), { signal })));
    assert.equal(listeners, 0);
  });

  test('refuses sizes that are not whole numbers, and images of another size', async () => {
    const { predictor } = await recorded();
    assert.throws(() => new Batching({ predictor, imageValues: 1.5 }), /imageValues must be a whole number/);
    assert.throws(
      () => new Batching({ predictor, imageValues: SIZE, most: 0 }),
      /most must be a whole number/,
    );
    await using batching = new Batching({ predictor, imageValues: SIZE });
    await assert.rejects(batching.predict(new Uint8Array(5)), /has 5 pixels, but the model takes 12/);
  });
});
