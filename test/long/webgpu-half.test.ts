/**
 * Half precision on a GPU: on lavapipe, Mesa's Vulkan for machines without a GPU, because SwiftShader does not have it.
 * Skipped with a sentence where the package webgpu, libvulkan.so.1 or a lavapipe of 2024 or later is missing.
 */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Backend } from '../../src/engine/backend.ts';
import { createBackend } from '../../src/engine/create.ts';
import { fastNotice } from '../../src/engine/fast-notice.ts';
import { createWebGpuBackend } from '../../src/engine/webgpu/backend.ts';
import { Device } from '../../src/engine/webgpu/device.ts';
import { tiles } from '../../src/engine/webgpu/kernels/product.ts';
import { nodeGpu } from '../../src/platform/node/engine/gpu.ts';
import { learn } from '../gpu-learning.ts';
import { withoutGpu } from '../software-gpu.ts';
import { productError } from './webgpu-products.ts';

const skip = await withoutGpu('lavapipe');

async function withBackend<Result>(
  options: { plain: boolean; fast: boolean },
  use: (backend: Backend) => Promise<Result>,
): Promise<Result> {
  const backend = await createWebGpuBackend(await nodeGpu(), options);
  try {
    return await use(backend);
  } finally {
    await backend.dispose();
  }
}

describe('half precision', { skip }, () => {
  it('rounds the terms of every kind of product, and loses no more than that', async () => {
    const device = await Device.open(await nodeGpu(), { plain: false, fast: true });
    const tile = tiles[tiles.length - 1];
    for (const kind of ['forward', 'input gradient', 'weight gradient'] as const) {
      const error = await productError(device, kind, tile, {
        rows: 37,
        inputs: 150,
        outputs: 141,
        half: true,
      });
      // A term is rounded to 11 bits.
      assert.ok(error > 2 ** -15 && error < 2 ** -8, `${kind} is off by ${error}`);
    }
    device.dispose();
  });

  it('trains about as the reference does, and predicts exactly as without it', async () => {
    const expected = await learn(await createBackend({ backend: 'reference' }));
    const found = await withBackend({ plain: false, fast: true }, async (backend) => {
      assert.match(backend.info.variant, /, half precision$/);
      assert.equal(fastNotice(backend.info), undefined);
      return learn(backend);
    });
    const apart = Math.abs(found.loss / expected.loss - 1);
    assert.ok(apart > 1e-7 && apart < 1e-2, `the losses are ${found.loss} and ${expected.loss}`);
    const worst = Math.max(...found.first.map((value, i) => Math.abs(value - expected.first[i])));
    assert.ok(worst < 1e-5, `the first log-probabilities are up to ${worst} apart`);
  });

  it('is not used by a processor, and the run says so', async () => {
    await withBackend({ plain: true, fast: true }, async (backend) =>
      assert.match(fastNotice(backend.info) ?? '', /^The setting fast has no effect on this GPU/),
    );
  });
});
