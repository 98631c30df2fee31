/** What is said of trainings that end early, and what is left of them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryPlatform } from '../../test/memory-platform.ts';
import { tinyTrain } from '../../test/tiny-data.ts';
import { CoutureError } from '../core/errors.ts';
import type { Backend, Session } from '../engine/backend.ts';
import { createBackend } from '../engine/create.ts';
import { resolveConfig } from '../train/config.ts';
import { evaluateRun } from './evaluate.ts';
import { trainRun } from './experiment.ts';
import { withSaved } from './failure.ts';
import { MemoryStore } from './memory-store.ts';
import type { RunPlatform } from './platform.ts';
import { createRun, openRun } from './run-folder.ts';

const config = resolveConfig({
  dataset: tinyTrain,
  settings: { hidden: [8], norm: 'batch', epochs: 4, batchSize: 8, learningRate: 0.02, seed: 3 },
});
const PATH = 'runs/train/custom-seed3';

/** A platform whose sessions do some things in another way. */
function withSession(change: (session: Session) => Partial<Session>, store = new MemoryStore()): RunPlatform {
  return {
    ...memoryPlatform(store),
    async createBackend(): Promise<Backend> {
      const backend = await createBackend();
      return {
        info: backend.info,
        upload: (images, shape) => backend.upload(images, shape),
        dispose: () => backend.dispose(),
        async createSession(program) {
          const session = await backend.createSession(program);
          const own: Session = {
            train: (request) => session.train(request),
            infer: (...args) => session.infer(...args),
            read: (...args) => session.read(...args),
            write: (...args) => session.write(...args),
            dispose: () => session.dispose(),
          };
          return { ...own, ...change(session) };
        },
      };
    },
  };
}

/** Running statistics overflow after so many epochs. */
function overflowing(goodEpochs: number, store: MemoryStore): RunPlatform {
  let reads = 0;
  return withSession(
    (session) => ({
      async read(name, role) {
        const values = await session.read(name, role);
        if (name === 'bn1.running_var' && reads++ >= goodEpochs) values[3] = Number.POSITIVE_INFINITY;
        return values;
      },
    }),
    store,
  );
}

test('a state that is not finite is never written: the last good epoch stays, and it is said what to do', async () => {
  const store = new MemoryStore();
  const diverging = trainRun(overflowing(2, store), { config });
  await assert.rejects(diverging, {
    kind: 'runtime',
    message: `Training diverged in epoch 3: bn1.running_var contains values that are not finite; 2 epochs are saved in ${PATH}.`,
    hint: /^Train again with a learning rate below 0\.02, under another name or with --overwrite\. The best weights, of epoch [12], are usable/,
  });
  const run = await openRun(memoryPlatform(store), PATH);
  assert.equal((await run.loadState())?.epoch, 2);
  assert.equal((await run.history()).length, 2);
  assert.ok((await evaluateRun(memoryPlatform(store), run, 'test')).accuracy > 0);
  await trainRun(memoryPlatform(store), { config, name: 'custom-seed3', overwrite: true });
});

test('a run that diverges in its first epoch leaves nothing to go on with, and says so', async () => {
  const store = new MemoryStore();
  await assert.rejects(trainRun(overflowing(0, store), { config, name: 'own' }), {
    message: /^Training diverged in epoch 1: .*; nothing was saved yet\.$/,
    hint: 'Train again with a learning rate below 0.02.',
  });
  // The advice.
  await trainRun(memoryPlatform(store), { config, name: 'own', overwrite: true });
  await trainRun(memoryPlatform(store), { config });
});

test('a loss that is no number is said in the same way', async () => {
  const platform = withSession((session) => ({
    async train(request) {
      const losses = await session.train(request);
      // Each epoch is of 12 steps.
      return request.firstStep < 12 ? losses : losses.fill(Number.NaN);
    },
  }));
  await assert.rejects(trainRun(platform, { config }), {
    kind: 'runtime',
    message: `Training diverged in epoch 2: the loss is not a finite number; 1 epoch is saved in ${PATH}.`,
  });
});

test('only a history without a finite validation loss is divergence at the end', async () => {
  const platform = withSession((session) => ({
    infer: async (...args) => (await session.infer(...args)).fill(Number.NaN),
  }));
  await assert.rejects(trainRun(platform, { config }), {
    kind: 'runtime',
    message: `Training diverged: no epoch had a finite validation loss; 4 epochs are saved in ${PATH}.`,
    hint: 'Train again with a learning rate below 0.02, under another name or with --overwrite.',
  });

  const store = new MemoryStore();
  const damaging = trainRun(memoryPlatform(store), {
    config,
    onEvent({ type }) {
      if (type === 'done') void store.write(`${PATH}/weights/best.safetensors`, 'nothing of the kind');
    },
  });
  await assert.rejects(damaging, {
    kind: 'data',
    message: /best\.safetensors is not a readable safetensors file/,
  });
});

test('a bug that shows after an abort is a bug', async () => {
  const stop = new AbortController();
  const bug = new TypeError('undefined is not a network');
  const platform = withSession((session) => ({
    async read(...args) {
      if (!stop.signal.aborted) return await session.read(...args);
      throw bug;
    },
  }));
  const training = trainRun(platform, {
    config,
    signal: stop.signal,
    onEvent: (event) => event.type === 'step' && stop.abort(),
  });
  await assert.rejects(training, (error) => error === bug);
});

test('an interruption says that something is saved where something is', async () => {
  const platform = memoryPlatform();
  const stop = new AbortController();
  const run = await createRun(platform, {
    config,
    env: {
      ...{ couture: '0', platform: '', cpu: '', cores: 1, started: '' },
      backend: { name: 'wasm', variant: '', threads: 1 },
    },
  });
  await run.close();
  stop.abort();
  const abort = new DOMException('This operation was aborted', 'AbortError');
  for (const cause of [new CoutureError('interrupted', 'Stopped.'), abort, stop.signal.reason])
    assert.equal(
      ((await withSaved(run, cause, stop.signal)) as Error).message,
      'Stopped before anything was saved.',
    );
  const others = [new CoutureError('data', 'x'), new TypeError('x'), 'x'];
  for (const cause of others) assert.equal(await withSaved(run, cause, stop.signal), cause);
  assert.equal(await withSaved(run, abort), abort, 'nobody asked for it');

  const again = new AbortController();
  const onEvent = (): void => again.abort();
  await assert.rejects(trainRun(platform, { resume: run, signal: again.signal, onEvent }), {
    kind: 'interrupted',
    message: `Stopped; the work so far is saved in ${PATH}.`,
  });
});
