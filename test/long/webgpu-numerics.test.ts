/**
 * The WebGPU backend on SwiftShader beside what no engine of ours computed: PyTorch's gradients and losses, and float64
 * differences. Skipped with a sentence where the package webgpu, libvulkan.so.1 or SwiftShader is missing.
 */

import { after, before, describe, test } from 'node:test';
import type { Backend, DeviceImages } from '../../src/engine/backend.ts';
import { createWebGpuBackend } from '../../src/engine/webgpu/backend.ts';
import { nodeGpu } from '../../src/platform/node/engine/gpu.ts';
import * as float64 from '../contract/float64.ts';
import { gradientCases, pixelCases } from '../contract/gradient-cases.ts';
import { goldens } from '../golden/fixtures.ts';
import { checkGradients, checkLosses, uploadBatch } from '../golden/steps.ts';
import { withoutGpu } from '../software-gpu.ts';

/** A GPU adds in another order than the CPU. */
const TOLERANCE = 1e-4;

describe('webgpu', { skip: await withoutGpu() }, () => {
  let backend: Backend;
  let batch: DeviceImages;
  before(async () => {
    backend = await createWebGpuBackend(await nodeGpu(), { plain: true });
    batch = await uploadBatch(backend);
  });
  after(async () => await backend.dispose());

  for (const golden of goldens) {
    test(`${golden.name}: every gradient of the first step is PyTorch's`, async () =>
      await checkGradients(backend, batch, golden, TOLERANCE));
    test(`${golden.name}: the losses of ten steps and of inference are PyTorch's`, async () =>
      await checkLosses(backend, batch, golden, { tolerance: TOLERANCE, keepGradients: false }));
  }
  for (const [name, each] of Object.entries(gradientCases))
    test(`gradients by float64 differences: ${name}`, async () =>
      await float64.checkGradients(backend, each, TOLERANCE));
  for (const [name, spec] of Object.entries(pixelCases))
    test(`gradients by float64 differences: ${name}`, async () =>
      await float64.checkPixelGradients(backend, spec, TOLERANCE));
});
