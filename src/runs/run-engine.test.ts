/** What runs are trained on, with a GPU that is none: its bits are those of the CPU, so that every run ends in the same. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryPlatform } from '../../test/memory-platform.ts';
import { type StandInOptions, standInGpu } from '../../test/stand-in-gpu.ts';
import { tinyTrain } from '../../test/tiny-data.ts';
import { CoutureError } from '../core/errors.ts';
import { createBackend } from '../engine/create.ts';
import { exactBackend } from '../engine/names.ts';
import { trainCommand } from '../report/train-command.ts';
import { resolveConfig } from '../train/config.ts';
import { trainRun } from './experiment.ts';
import { findRun, trainOnce } from './find-run.ts';
import { MemoryStore } from './memory-store.ts';
import type { RunPlatform } from './platform.ts';
import { reproduceRun } from './reproduce.ts';

const config = resolveConfig({
  dataset: tinyTrain,
  settings: { hidden: [8], epochs: 3, batchSize: 8, average: 0.9, dropout: [0.2], seed: 3 },
});
const PATH = 'runs/train/custom-seed3';
const whole = await trainRun(memoryPlatform(), { config });

/** A platform with a GPU that a measurement has found to be fast; `gpu` is asked at each start of it. */
function withGpu(
  gpu: () => StandInOptions | undefined = () => ({}),
  store = new MemoryStore(),
): RunPlatform & { readonly notices: string[]; readonly onNotice: (notice: string) => void } {
  const notices: string[] = [];
  return {
    ...memoryPlatform(store),
    notices,
    onNotice: (notice) => void notices.push(notice),
    async createBackend({ backend, fast = false }) {
      if (exactBackend(backend) !== 'webgpu') return await createBackend({ fast });
      const options = gpu();
      if (options === undefined) throw new CoutureError('backend', 'No GPU was found.');
      return await standInGpu(options);
    },
    findAdapter: () =>
      Promise.resolve({
        ...{ name: 'Stand-in', driver: '', software: false, features: [] },
        limits: { bufferBytes: 1, workgroupBytes: 1, workgroupThreads: 1 },
      }),
    costs: {
      read: () => Promise.resolve({ cpu: { start: 0, step: 0.1 }, gpu: { start: 0, step: 0.01 } }),
      write: () => Promise.resolve(),
    },
  };
}

/** Lost within the second epoch: each is of 12 steps. */
function lostOnce(): () => StandInOptions {
  let starts = 0;
  return () => {
    starts += 1;
    return starts === 1 ? { lostAt: 16 } : {};
  };
}

test('a run says in config.json and env.json what it was trained on, and is judged by the CPU', async () => {
  const platform = withGpu();
  const { run, metrics } = await trainRun(platform, { config, onNotice: platform.onNotice });
  assert.deepEqual(platform.notices, [
    'GPU Stand-in: 10,000 µs a step, CPU 100,000: 10 times as fast for the whole run.',
  ]);
  const env = await run.environment();
  assert.deepEqual([run.config.backend, env.backend.name, env.backends], ['gpu', 'webgpu', undefined]);
  assert.equal(metrics.lastSha256, whole.metrics.lastSha256);
  assert.match(trainCommand(run.config) ?? '', / --backend gpu$/);

  const cpu = await trainRun(platform, { config, backend: 'cpu' });
  assert.equal(cpu.run.config.backend, 'cpu');
  assert.doesNotMatch(trainCommand(cpu.run.config) ?? '', /backend/);
  const found = async (backend?: 'cpu' | 'gpu' | 'reference') =>
    (await findRun(platform, config, { backend }))?.run.path;
  assert.deepEqual(await Promise.all([found('gpu'), found('cpu'), found('reference')]), [
    PATH,
    `${PATH}-2`,
    undefined,
  ]);
  assert.equal((await trainOnce(platform, { config })).reused, true);
  const asked = await trainRun(withGpu(), { config: { ...config, backend: 'cpu' } });
  assert.equal((await asked.run.environment()).backend.name, 'wasm', 'the config may say it');
  const standard = await trainRun({ ...withGpu(), standardBackend: 'cpu' }, { config });
  assert.equal(standard.run.config.backend, 'cpu', 'and so may the platform');
});

test('where auto took a GPU that is lost, the CPU goes on from the last checkpoint', async () => {
  const platform = withGpu(lostOnce());
  const done: number[] = [];
  const { run, metrics } = await trainRun(platform, {
    config,
    onNotice: platform.onNotice,
    onEvent: (event) => event.type === 'start' && done.push(event.doneEpochs),
  });
  assert.equal(
    platform.notices[1],
    'The GPU was lost: it was pulled out. Training continues on the CPU from the last checkpoint.',
  );
  assert.deepEqual(done, [0, 1]);
  assert.deepEqual(
    [metrics.lastSha256, metrics.weightsSha256],
    [whole.metrics.lastSha256, whole.metrics.weightsSha256],
  );
  const { backend, backends } = await run.environment();
  assert.equal(backend.name, 'webgpu');
  assert.deepEqual(
    backends?.map(({ name, untilEpoch }) => [name, untilEpoch]),
    [
      ['webgpu', 1],
      ['wasm', undefined],
    ],
  );
  assert.equal(run.config.backend, 'gpu', 'a GPU had a part in it');
  assert.equal(await findRun(platform, config, { backend: 'cpu' }), undefined);
});

test('a GPU that was asked for and is lost ends the run at its last checkpoint', async () => {
  const store = new MemoryStore();
  const platform = withGpu(lostOnce(), store);
  await assert.rejects(trainRun(platform, { config, backend: 'gpu' }), {
    kind: 'backend',
    message: `The GPU was lost: it was pulled out; 1 epoch is saved in ${PATH}.`,
    hint: `Continue with: npx couture train --resume ${PATH}; add --backend cpu to use the CPU.`,
  });
  const { metrics, run } = await trainRun(platform, { resume: PATH });
  assert.equal(metrics.lastSha256, whole.metrics.lastSha256);
  assert.equal((await run.environment()).backends, undefined, 'it went on on the GPU');
});

test('a run keeps to its backend: only a GPU may be left for the CPU', async () => {
  const store = new MemoryStore();
  await assert.rejects(
    trainRun(
      withGpu(() => ({ lostAt: 16 }), store),
      { config, backend: 'gpu' },
    ),
  );
  const none = withGpu(() => undefined, store);
  await assert.rejects(trainRun(none, { resume: PATH }), {
    kind: 'backend',
    message: `The run ${PATH} was trained on a GPU. No GPU was found.`,
    hint: `Continue on the CPU: npx couture train --resume ${PATH} --backend cpu`,
  });
  const abort = new AbortController();
  const onCpu = trainRun(none, {
    resume: PATH,
    backend: 'cpu',
    signal: abort.signal,
    onEvent: (event) => event.type === 'epoch' && abort.abort(),
  });
  await assert.rejects(onCpu, { kind: 'interrupted' });
  await assert.rejects(
    trainRun(
      withGpu(() => ({}), store),
      { resume: PATH, backend: 'gpu' },
    ),
    {
      kind: 'usage',
      message: `The run ${PATH} was trained on the CPU and must continue there.`,
    },
  );
  const { metrics, run } = await trainRun(
    withGpu(() => ({}), store),
    { resume: PATH },
  );
  assert.equal(metrics.lastSha256, whole.metrics.lastSha256);
  assert.deepEqual(
    (await run.environment()).backends?.map(({ name, untilEpoch }) => [name, untilEpoch]),
    [
      ['webgpu', 1],
      ['wasm', undefined],
    ],
  );
});

test('reproduce trains a GPU run on the GPU again, and says that bits are not promised of it', async () => {
  const platform = withGpu();
  const { run } = await trainRun(platform, { config });
  const same = await reproduceRun(platform, run);
  assert.deepEqual([same.backends, same.agrees], [{ expected: 'gpu', found: 'gpu' }, true]);
  const { backends } = await reproduceRun(platform, run, { backend: 'cpu' });
  assert.deepEqual(backends, { expected: 'gpu', found: 'cpu' });
  const cpu = await trainRun(platform, { config, backend: 'cpu' });
  assert.deepEqual((await reproduceRun(platform, cpu.run)).backends, { expected: 'cpu', found: 'cpu' });
});
