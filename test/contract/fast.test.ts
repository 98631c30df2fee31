/** Fast arithmetic: its bits are the machine's, but on one machine they are one, and its numbers are near the exact ones. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keyFromSeed, RandomStream } from '../../src/core/philox.ts';
import type { Backend } from '../../src/engine/backend.ts';
import { createBackend } from '../../src/engine/create.ts';
import { selfCheck } from '../../src/engine/self-check.ts';
import { kernelModules } from '../../src/engine/wasm/kernels.generated.ts';
import { initialize } from '../../src/model/init.ts';
import { buildProgram } from '../../src/model/program.ts';
import { multilayer } from '../../src/model/spec.ts';
import { createNodeBackend } from '../../src/platform/node/engine/backend.ts';
import { trainRun } from '../../src/runs/experiment.ts';
import { resolveConfig } from '../../src/train/config.ts';
import type { StartBackend } from '../../src/use/engine-choice.ts';
import { fitOn } from '../../src/use/fit.ts';
import { gray, inputFor } from '../dataset-fixture.ts';
import { memoryPlatform } from '../memory-platform.ts';
import { tinyTrain } from '../tiny-data.ts';

const program = buildProgram(multilayer(784, [64, 32], 10), inputFor(gray(28, 28)));
const random = new RandomStream(keyFromSeed(5));
const pixels = Uint8Array.from({ length: 40 * 784 }, () => random.nextBelow(256));
const indices = Uint32Array.from({ length: 40 }, (_, i) => i);

/** Log-probabilities of a fresh network. */
async function answers(backend: Backend): Promise<Float32Array> {
  const session = await backend.createSession(program);
  for (const [name, values] of initialize(program.plan, keyFromSeed(2))) await session.write(name, values);
  const images = await backend.upload(pixels, gray(28, 28));
  try {
    return await session.infer(images, indices);
  } finally {
    session.dispose();
    images.dispose();
  }
}

describe('fast arithmetic', () => {
  it('gives the same bits for any number of threads, paired or not', async () => {
    const alone = await createBackend({ fast: true });
    for (const options of [{ threads: 1 }, { threads: 2 }, { threads: 3, pairing: false }]) {
      const backend = await createNodeBackend({ ...options, fast: true });
      assert.match(backend.info.variant, /-fast$/);
      assert.deepEqual(await selfCheck(backend, alone), [], JSON.stringify(options));
      await backend.dispose();
    }
    await alone.dispose();
  });

  it('gives the exact numbers but for their rounding', async () => {
    const [fast, exact] = [await createBackend({ fast: true }), await createBackend()];
    const [found, expected] = [await answers(fast), await answers(exact)];
    const worst = Math.max(...found.map((value, i) => Math.abs(value - expected[i])));
    assert.ok(worst < 2e-6, `log-probabilities are up to ${worst} apart`);
    await fast.dispose();
    await exact.dispose();
  });

  it('is exact where WebAssembly has no relaxed SIMD, and whoever trains is told', async (t) => {
    const expected = await answers(await createBackend());
    const fastSize = atob(kernelModules.singleFast).length;
    const { validate } = WebAssembly;
    t.mock.method(
      WebAssembly,
      'validate',
      (bytes: Uint8Array<ArrayBuffer>) => bytes.length !== fastSize && validate(bytes),
    );
    const backend = await createBackend({ fast: true });
    assert.equal(backend.info.variant, 'simd128');
    assert.deepEqual(await answers(backend), expected);
    const notices: string[] = [];
    const told = { onNotice: (notice: string) => void notices.push(notice) };
    const settings = { hidden: [4], epochs: 1, fast: true };
    const startBackend: StartBackend = async ({ fast = false }) => await createBackend({ fast });
    const platform = { startBackend, decode: () => undefined };
    const { classifier } = await fitOn(tinyTrain, { settings, backend: 'cpu', ...told }, platform);
    await classifier.dispose();
    await trainRun(memoryPlatform(), { config: resolveConfig({ dataset: tinyTrain, settings }), ...told });
    assert.equal(notices.length, 2, String(notices));
    for (const notice of notices) assert.match(notice, /fast has no effect here.* relaxed SIMD/);
  });

  it('is not to be had of the reference backend', async () => {
    const wanted = { kind: 'usage', message: /reference backend is always exact/ };
    await assert.rejects(createBackend({ backend: 'reference', fast: true }), wanted);
  });
});
