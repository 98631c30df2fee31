import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slowed, standInGpu } from '../../test/stand-in-gpu.ts';
import { tinyTrain } from '../../test/tiny-data.ts';
import { CoutureError } from '../core/errors.ts';
import type { Adapter } from '../engine/adapter.ts';
import { createBackend } from '../engine/create.ts';
import type { BackendKind } from '../engine/names.ts';
import {
  type ChoicePlatform,
  chooseBackend,
  chosenKind,
  type MeasuredCosts,
  reasonFor,
} from './choose-backend.ts';
import { resolveConfig } from './config.ts';

const config = resolveConfig({
  dataset: tinyTrain,
  settings: { hidden: [8], epochs: 200, batchSize: 8, seed: 3 },
});
const adapter: Adapter = {
  name: 'Stand-in',
  driver: '1.0',
  software: false,
  features: [],
  limits: { bufferBytes: 2 ** 30, workgroupBytes: 2 ** 15, workgroupThreads: 256 },
};

/** A platform whose CPU takes 30 ms a call, and what it was asked for. */
function makePlatform(more: Partial<ChoicePlatform> = {}) {
  const kept = new Map<string, MeasuredCosts>();
  const seen = { started: [] as BackendKind[], trained: 0 };
  const count = {
    onTrain: () => {
      seen.trained += 1;
    },
  };
  const platform: ChoicePlatform = {
    async start(kind) {
      seen.started.push(kind);
      if (kind === 'gpu') return await standInGpu(count);
      return slowed(await createBackend(), { delay: 30, ...count });
    },
    findAdapter: () => Promise.resolve(adapter),
    costs: {
      read: (key) => Promise.resolve(kept.get(key)),
      write: (key, costs) => Promise.resolve(void kept.set(key, costs)),
    },
    ...more,
  };
  return { platform, seen, kept };
}

test('a GPU is taken where the whole run is 1.5 times as fast on it, its start included', () => {
  const cpu = { start: 0.1, step: 0.001 };
  const gpu = { start: 2, step: 0.0001 };
  assert.equal(chosenKind({ cpu, gpu }, 1000), 'cpu', '1.1 s against 2.1 s');
  assert.equal(chosenKind({ cpu, gpu }, 3000), 'cpu', '3.1 s against 2.3 s');
  assert.equal(chosenKind({ cpu, gpu }, 4000), 'gpu', '4.1 s against 2.4 s');
  assert.equal(
    reasonFor({ cpu: { start: 0, step: 1.1e-3 }, gpu: { start: 0, step: 69e-6 } }, 1e5, 'NVIDIA H200'),
    'GPU NVIDIA H200: 69 µs a step, CPU 1,100: 16 times as fast for the whole run.',
  );
  assert.equal(
    reasonFor({ cpu, gpu }, 3000, 'X'),
    'CPU: 1,000 µs a step, GPU X 100: the GPU would be 1.3 times as fast for the whole run, less than the required 1.5 times.',
  );
});

test('the faster backend is found by a few steps on both, once', async () => {
  const { platform, seen, kept } = makePlatform();
  const first = await chooseBackend(config, tinyTrain, platform);
  assert.equal(first.kind, 'gpu');
  assert.match(first.reason ?? '', /^GPU Stand-in: [\d,]+ µs a step, CPU [\d,]+: [\d.]+ times as fast/);
  assert.equal(first.backend.info.name, 'webgpu');
  await first.backend.dispose();
  const [[, { cpu, gpu }]] = kept;
  assert.ok(cpu.step > gpu.step && cpu.start >= 0.03, JSON.stringify({ cpu, gpu }));
  seen.trained = 0;
  const again = await chooseBackend(config, tinyTrain, platform);
  assert.deepEqual(
    [again.kind, again.reason, seen.trained],
    ['gpu', first.reason, 0],
    'what was measured counts',
  );
  await again.backend.dispose();
  const other = resolveConfig({ dataset: tinyTrain, settings: { ...config.settings, batchSize: 16 } });
  const third = await chooseBackend(other, tinyTrain, platform);
  assert.ok(seen.trained > 0, 'of another batch size nothing was known');
  await third.backend.dispose();
  assert.equal(kept.size, 2);
});

test('the CPU is kept without a GPU, for one of software, for a short run, and where the GPU fails', async () => {
  const cases: [string | undefined, Partial<ChoicePlatform>, epochs?: number][] = [
    [undefined, { findAdapter: undefined }],
    [undefined, { findAdapter: () => Promise.resolve(undefined) }],
    [
      'CPU: the WebGPU adapter Stand-in is software, not a GPU.',
      { findAdapter: () => Promise.resolve({ ...adapter, software: true }) },
    ],
    ['CPU: the training takes less than 1 s there.', {}, 1],
    [
      'CPU: the GPU Stand-in cannot be used. The GPU was lost.',
      {
        async start(kind) {
          if (kind === 'gpu') throw new CoutureError('backend', 'The GPU was lost.');
          return slowed(await createBackend(), { delay: 30 });
        },
      },
    ],
    [
      'CPU: the GPU Stand-in cannot be used. The GPU was lost: it was pulled out.',
      {
        async start(kind) {
          return kind === 'gpu'
            ? await standInGpu({ lostAt: 1 })
            : slowed(await createBackend(), { delay: 30 });
        },
      },
    ],
  ];
  for (const [reason, more, epochs = 200] of cases) {
    const { platform, kept } = makePlatform(more);
    const asked = { ...config, settings: { ...config.settings, epochs } };
    const chosen = await chooseBackend(asked, tinyTrain, platform);
    assert.deepEqual([chosen.kind, chosen.reason, kept.size], ['cpu', reason, 0]);
    assert.equal(chosen.backend.info.name, 'wasm');
    await chosen.backend.dispose();
  }
});

test('an abort ends a measurement', async () => {
  const { platform } = makePlatform();
  await assert.rejects(chooseBackend(config, tinyTrain, platform, AbortSignal.abort()), {
    kind: 'interrupted',
  });
});
