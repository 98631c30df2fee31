/**
 * WebAssembly takes a missing argument for 0 and drops one too many. The kernels' types refuse such a call in our own code;
 * here what arrives is looked at, over programs that call all kernels: as many arguments as a kernel has, each a number.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fork, keyFromSeed } from '../../src/core/philox.ts';
import type { OptimizerOptions } from '../../src/engine/backend.ts';
import { createBackend } from '../../src/engine/create.ts';
import { initialize } from '../../src/model/init.ts';
import { buildProgram, type ProgramOptions } from '../../src/model/program.ts';
import {
  batchNorm,
  dropout,
  gelu,
  layerNorm,
  linear,
  logSoftmax,
  relu,
  residual,
  sequential,
} from '../../src/model/spec.ts';
import { gray, inputFor } from '../dataset-fixture.ts';

const { Instance } = WebAssembly;
/** Of each kernel, how often it was called and what was wrong with that. */
const kernels = new Map<string, { calls: number; readonly wrong: Set<string> }>();

/** Exports whose calls are looked at. */
function watched(exports: WebAssembly.Exports): WebAssembly.Exports {
  return Object.fromEntries(
    Object.entries(exports).map(([name, kernel]) => {
      if (typeof kernel !== 'function') return [name, kernel];
      const seen = { calls: 0, wrong: new Set<string>() };
      kernels.set(name, seen);
      const watch = (...args: unknown[]): unknown => {
        seen.calls += 1;
        if (args.length !== kernel.length) seen.wrong.add(`${args.length} arguments, not ${kernel.length}`);
        args.forEach((value, i) => {
          if (!Number.isFinite(value)) seen.wrong.add(`argument ${i} is ${String(value)}`);
        });
        return kernel(...args);
      };
      return [name, watch];
    }),
  );
}

before(() => {
  WebAssembly.Instance = new Proxy(Instance, {
    construct: (_, [module, imports]: [WebAssembly.Module, WebAssembly.Imports]) => ({
      exports: watched(new Instance(module, imports).exports),
    }),
  });
});
after(() => {
  WebAssembly.Instance = Instance;
});

const rates = { learningRates: Float32Array.of(0.01), averageDecays: Float32Array.of(0.5) };
const adam: OptimizerOptions = { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
const shape = gray(4, 5);
const size = 20;
const count = 18;
const spec = sequential(
  linear(size, 17),
  relu(),
  dropout(0.2),
  linear(17, 9),
  batchNorm(9),
  gelu(),
  linear(9, 8),
  layerNorm(8),
  gelu(),
  residual(layerNorm(8), linear(8, 8)),
  batchNorm(8),
  linear(8, 3),
  logSoftmax(),
);

test('every call gives a kernel as many numbers as it takes', async () => {
  const backend = await createBackend({ backend: 'wasm' });
  const pixels = Uint8Array.from({ length: count * size }, (_, i) => (i * 37) % 256);
  const images = await backend.upload(pixels, shape);
  const indices = Uint32Array.from({ length: count }, (_, i) => i);
  const key = keyFromSeed(1);
  const train = async (options: ProgramOptions, more: object, network = spec): Promise<void> => {
    const program = buildProgram(network, inputFor(shape), options);
    const session = await backend.createSession(program);
    for (const [name, values] of initialize(program.plan, key)) await session.write(name, values);
    const labels = indices.map((i) => i % 3);
    const request = { images, labels: Uint16Array.from(labels), indices, batchSize: count, firstStep: 0 };
    await session.train({ ...request, ...rates, optimizer: adam, dropoutKey: fork(key, 'dropout'), ...more });
    await session.infer(images, indices, { classes: Uint16Array.from(labels) });
    session.dispose();
  };
  const options = { flip: true, shift: 1, rotate: 5, zoom: 0, shear: 0, elastic: 0, erase: 0 };
  const mixing = { mixup: 1, cutmix: 0 };
  await train({ average: true, averageStatistics: true }, {});
  await train({ clip: 0.1 }, { augmentation: { options, mixing, key } });
  // Inference recalls what training has kept of the first layer.
  await train({ frozen: [0] }, {}, sequential(linear(size, 17), relu(), linear(17, 3), logSoftmax()));
  await train({ output: { of: 'pixelGradient' }, keepGradients: true }, {});
  await train({ output: { of: 'activations', layer: 1 } }, {});
  await backend.dispose();
  // Nothing in the engine calls these by themselves.
  for (const name of ['expNonPositive', 'logFromOne']) kernels.delete(name);
  assert.ok(kernels.size > 20, `only ${kernels.size} kernels were seen`);
  for (const [name, { calls, wrong }] of kernels) {
    assert.deepEqual([...wrong], [], name);
    assert.ok(calls > 0, `${name} is called`);
  }
});
