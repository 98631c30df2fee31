/**
 * Training on a GPU that SwiftShader stands in for: near the CPU's figures, and where the device is lost within an epoch, the
 * weights that the CPU makes of the last checkpoint. Skipped with the reason where there is no SwiftShader.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBackend } from '../../src/engine/create.ts';
import { nodeGpu } from '../../src/platform/node/engine/gpu.ts';
import { trainRun } from '../../src/runs/experiment.ts';
import type { RunPlatform } from '../../src/runs/platform.ts';
import { networkSha256 } from '../../src/ship/network.ts';
import { resolveConfig } from '../../src/train/config.ts';
import { modelOf, type TrainState } from '../../src/train/events.ts';
import type { RunConfig } from '../../src/train/settings.ts';
import { train } from '../../src/train/train.ts';
import { memoryPlatform } from '../memory-platform.ts';
import { swiftShader } from '../stand-in-gpu.ts';
import { tinyTrain } from '../tiny-data.ts';

const found = swiftShader();
const skip = 'missing' in found ? found.missing : false;
if ('env' in found) Object.assign(process.env, found.env);

const config = resolveConfig({
  dataset: tinyTrain,
  settings: { hidden: [8], epochs: 3, batchSize: 8, dropout: [0.2], seed: 3 },
});

/** A platform with SwiftShader for a GPU, which a measurement would have found to be fast, and what ends its device. */
function withSwiftShader(): { readonly platform: RunPlatform; readonly lose: () => void } {
  let device: GPUDevice | undefined;
  const gpu = async (): Promise<GPU> => {
    const own = await nodeGpu();
    return {
      ...own,
      async requestAdapter(options) {
        const adapter = await own.requestAdapter(options);
        if (adapter === null) return null;
        return new Proxy(adapter, {
          get: (target, name) => {
            if (name === 'requestDevice')
              return async (descriptor: GPUDeviceDescriptor) => {
                device = await target.requestDevice(descriptor);
                return device;
              };
            return Reflect.get(target, name, target);
          },
        });
      },
    };
  };
  const platform: RunPlatform = {
    ...memoryPlatform(),
    createBackend: async ({ backend = 'cpu', fast = false }) => await createBackend({ backend, fast, gpu }),
    findAdapter: () =>
      Promise.resolve({
        ...{ name: 'SwiftShader', driver: '', software: false, features: [] },
        limits: { bufferBytes: 1, workgroupBytes: 1, workgroupThreads: 1 },
      }),
    costs: {
      read: () => Promise.resolve({ cpu: { start: 0, step: 0.1 }, gpu: { start: 0, step: 0.01 } }),
      write: () => Promise.resolve(),
    },
  };
  return { platform, lose: () => device?.destroy() };
}

/** The weights that the CPU makes of a state. */
async function carriedOn(request: RunConfig, resume: TrainState): Promise<string> {
  const backend = await createBackend();
  let last: TrainState = resume;
  for await (const event of train(request, { backend, dataset: tinyTrain, resume }))
    if (event.type === 'checkpoint') last = event.state;
  await backend.dispose();
  return await networkSha256({ spec: request.model, weights: modelOf(last) });
}

test('a device that is lost within an epoch costs that epoch alone: the CPU makes it again', {
  skip,
}, async () => {
  const { platform, lose } = withSwiftShader();
  const notices: string[] = [];
  let saved: TrainState | undefined;
  let lost = false;
  const { run, metrics } = await trainRun(platform, {
    config,
    onNotice: (notice) => notices.push(notice),
    onEvent(event) {
      if (event.type === 'checkpoint' && event.state.epoch === 1) saved = event.state;
      if (event.type !== 'step' || event.epoch !== 2 || lost) return;
      lost = true;
      lose();
    },
  });
  assert.ok(saved);
  assert.equal(metrics.lastSha256, await carriedOn(run.config, saved));
  assert.match(
    notices[1],
    /^The GPU (was lost|failed): .*\. Training continues on the CPU from the last checkpoint\.$/,
  );
  const { backends } = await run.environment();
  assert.deepEqual(
    backends?.map(({ name, untilEpoch }) => [name, untilEpoch]),
    [
      ['webgpu', 1],
      ['wasm', undefined],
    ],
  );

  const cpu = await trainRun(memoryPlatform(), { config });
  assert.notEqual(metrics.lastSha256, cpu.metrics.lastSha256, 'the first epoch was of the GPU');
  const [ofGpu, ofCpu] = [await run.history(), await cpu.run.history()];
  const difference = Math.abs(ofGpu[0].trainLoss - ofCpu[0].trainLoss);
  assert.ok(difference < 1e-3, `the losses of the first epoch differ by ${difference}`);
});
