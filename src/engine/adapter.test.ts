/** What an adapter is called, from what the implementations of WebGPU give. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findAdapter } from './adapter.ts';

const limits = {
  ...{ maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 2 ** 27 },
  ...{ maxComputeWorkgroupStorageSize: 2 ** 15, maxComputeInvocationsPerWorkgroup: 256 },
};

/** The adapter of a platform whose only one has this information. */
async function adapterOf(info: Partial<GPUAdapterInfo>) {
  const all = { vendor: '', architecture: '', device: '', description: '', isFallbackAdapter: false };
  const adapter = { info: { ...all, ...info }, features: new Set(), limits };
  return await findAdapter({ requestAdapter: () => Promise.resolve(adapter) } as unknown as GPU);
}

test('an adapter has the name that people know it by', async () => {
  const names: readonly (readonly [string, string, Partial<GPUAdapterInfo>])[] = [
    ['NVIDIA H200', '580.159.04', { vendor: 'nvidia', device: 'nvidia-h200', description: '580.159.04' }],
    ['Apple Metal 3', '', { vendor: 'apple', architecture: 'metal-3' }],
    // Deno gives numbers of PCI.
    ['NVIDIA H100 80GB', '', { vendor: '4318', device: '9008', description: 'NVIDIA H100 80GB' }],
    ['AMD GFX 1100', '', { vendor: 'amd', architecture: 'gfx-1100', device: '744c' }],
    ['unnamed', '', {}],
  ];
  for (const [name, driver, info] of names) {
    const found = await adapterOf(info);
    assert.deepEqual([found?.name, found?.driver, found?.software], [name, driver, false]);
  }
});

test('software is known by what it says, whatever says so', async () => {
  const mesa = await adapterOf({
    ...{ vendor: 'mesa', architecture: 'software', device: 'llvmpipe-llvm-15-0-6-256-bits-' },
    description: 'llvmpipe: Mesa 25.0.7',
  });
  assert.deepEqual([mesa?.name, mesa?.driver, mesa?.software], ['Llvmpipe', 'llvmpipe: Mesa 25.0.7', true]);
  const wgpu = await adapterOf({
    vendor: '6880',
    device: '49374',
    description: 'SwiftShader Device (Subzero)',
  });
  assert.deepEqual([wgpu?.name, wgpu?.driver, wgpu?.software], ['SwiftShader Device (Subzero)', '', true]);
  const page = await adapterOf({ vendor: 'google', architecture: 'swiftshader', isFallbackAdapter: true });
  assert.deepEqual([page?.name, page?.software], ['Swiftshader', true]);
  assert.equal((await adapterOf({ vendor: 'google', isFallbackAdapter: true }))?.software, true);
});
