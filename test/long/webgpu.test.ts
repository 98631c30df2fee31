/**
 * The WebGPU backend on SwiftShader, Chromium's Vulkan for machines without a GPU: against the reference, within bounds;
 * every tile against float64; and what happens when the device is lost or a network does not fit. Skipped with a sentence
 * where the package webgpu, libvulkan.so.1 or SwiftShader is missing.
 */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Backend } from '../../src/engine/backend.ts';
import { createBackend } from '../../src/engine/create.ts';
import { createWebGpuBackend } from '../../src/engine/webgpu/backend.ts';
import { Device, type DeviceOptions } from '../../src/engine/webgpu/device.ts';
import { plainTile, tiles } from '../../src/engine/webgpu/kernels/product.ts';
import { buildProgram } from '../../src/model/program.ts';
import { linear, logSoftmax, sequential } from '../../src/model/spec.ts';
import { nodeGpu } from '../../src/platform/node/engine/gpu.ts';
import { compareCases } from '../contract/agreement.ts';
import { gray, inputFor, rowInput } from '../dataset-fixture.ts';
import { withoutGpu } from '../software-gpu.ts';
import { productError } from './webgpu-products.ts';

const skip = await withoutGpu();

/**
 * The platform's GPU object, and the device that is made of it, to be ended.
 * @param options.smallest the device has the limits that every device has
 */
async function watchedGpu({ smallest = false } = {}): Promise<{ gpu: GPU; device: () => GPUDevice }> {
  const gpu = await nodeGpu();
  let made: GPUDevice | undefined;
  const requestAdapter = async (options?: GPURequestAdapterOptions) => {
    const adapter = await gpu.requestAdapter(options);
    return (
      adapter && {
        info: adapter.info,
        limits: smallest ? defaultLimits : adapter.limits,
        features: adapter.features,
        async requestDevice(descriptor?: GPUDeviceDescriptor) {
          made = await adapter.requestDevice(descriptor);
          return made;
        },
      }
    );
  };
  return {
    gpu: { requestAdapter } as GPU,
    device: () => {
      assert.ok(made);
      return made;
    },
  };
}

/** Those of the specification that the backend asks for. */
const defaultLimits = {
  maxBufferSize: 2 ** 28,
  maxStorageBufferBindingSize: 2 ** 27,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupStorageSize: 2 ** 14,
};

async function withBackend(
  options: DeviceOptions,
  check: (backend: Backend) => Promise<void>,
): Promise<void> {
  const backend = await createWebGpuBackend(await nodeGpu(), options);
  try {
    await check(backend);
  } finally {
    await backend.dispose();
  }
}

describe('webgpu', { skip }, () => {
  it('agrees with the reference in every op', async () => {
    const reference = await createBackend({ backend: 'reference' });
    await withBackend({ plain: true }, async (backend) => {
      for (const { title, name, share } of await compareCases(backend, reference))
        assert.ok(share <= 1, `${title}: ${name} is off by ${share} of its bound`);
    });
  });

  it('agrees with the reference with the kernels that a GPU gets', async () => {
    const reference = await createBackend({ backend: 'reference' });
    const titles = ['ReLU and dropout, gradients kept'];
    await withBackend({ plain: false }, async (backend) => {
      for (const { title, name, share } of await compareCases(backend, reference, titles))
        assert.ok(share <= 1, `${title}: ${name} is off by ${share} of its bound`);
    });
  });

  it('agrees with the reference without subgroups', async () => {
    const reference = await createBackend({ backend: 'reference' });
    const titles = ['BatchNorm1d, fused', 'LayerNorm and blocks'];
    await withBackend({ plain: true, subgroups: false }, async (backend) => {
      for (const { title, name, share } of await compareCases(backend, reference, titles))
        assert.ok(share <= 1, `${title}: ${name} is off by ${share} of its bound`);
    });
  });

  it('multiplies by every tile as float64 does', async () => {
    const device = await Device.open(await nodeGpu());
    for (const tile of [plainTile, ...tiles]) {
      for (const kind of ['forward', 'input gradient', 'weight gradient'] as const) {
        const error = await productError(device, kind, tile, { rows: 37, inputs: 150, outputs: 141 });
        assert.ok(error < 1e-5, `${kind} by ${tile.name} is off by ${error}`);
      }
    }
    device.dispose();
  });

  it('gives up a device that is lost, with one sentence for every call', async () => {
    const { gpu, device } = await watchedGpu();
    const backend = await createWebGpuBackend(gpu);
    const session = await backend.createSession(
      buildProgram(sequential(linear(4, 3), logSoftmax()), rowInput(4)),
    );
    const images = await backend.upload(new Uint8Array(160), gray(1, 4));
    const indices = Uint32Array.from({ length: 40 }, (_, i) => i);
    const training = session.train({
      images,
      labels: new Uint16Array(40),
      indices,
      batchSize: 2,
      firstStep: 0,
      learningRates: new Float32Array(20),
      optimizer: { name: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 },
      dropoutKey: [1, 2],
    });
    device().destroy();
    const expected = { name: 'CoutureError', kind: 'backend', message: /^The GPU .*\.$/ };
    await assert.rejects(training, expected);
    await assert.rejects(session.infer(images, indices), expected);
    await assert.rejects(session.read('fc1.weight'), expected);
    await assert.rejects(backend.upload(new Uint8Array(4), gray(1, 4)), expected);
    await backend.dispose();
  });

  it('refuses a network that does not fit, and goes on', async () => {
    const backend = await createWebGpuBackend((await watchedGpu({ smallest: true })).gpu);
    const shape = gray(100, 100);
    const wide = buildProgram(
      sequential(linear(10_000, 4000), linear(4000, 2), logSoftmax()),
      inputFor(shape),
    );
    await assert.rejects(backend.createSession(wide), {
      kind: 'backend',
      message: /^The weights of this network would take 161 MB, but a buffer of .* holds at most 135 MB\.$/,
    });
    const small = buildProgram(sequential(linear(1, 2), logSoftmax()), rowInput(1));
    const session = await backend.createSession(small);
    session.dispose();
    await backend.dispose();
  });

  it('says when there is no adapter', async () => {
    const none = { requestAdapter: () => Promise.resolve(null) } as unknown as GPU;
    await assert.rejects(createWebGpuBackend(none), { kind: 'backend', message: /No GPU was found/ });
  });
});
