/** Frozen layers keep their weights to the bit on every backend, and the others learn as if nothing were frozen. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { keyFromSeed } from '../../src/core/philox.ts';
import type { Backend } from '../../src/engine/backend.ts';
import { createBackend } from '../../src/engine/create.ts';
import { initialize } from '../../src/model/init.ts';
import { buildProgram } from '../../src/model/program.ts';
import {
  batchNorm,
  dropout,
  gelu,
  layerNorm,
  linear,
  logSoftmax,
  type ModelSpec,
  relu,
  residual,
  root,
  sequential,
} from '../../src/model/spec.ts';
import { gray } from '../dataset-fixture.ts';
import { adam } from './cases.ts';
import { variants } from './variants.ts';

const INPUTS = 20;
const IMAGES = 24;
const BATCH = 8;
/** Enough steps that images come again: a backend may then have kept what frozen layers make of them. */
const STEPS = 7;
const networks: readonly (readonly [name: string, spec: ModelSpec, layers: number])[] = [
  [
    'plain',
    sequential(
      linear(INPUTS, 33),
      relu(),
      dropout(0.25),
      linear(33, 18),
      relu(),
      linear(18, 5),
      logSoftmax(),
    ),
    3,
  ],
  [
    'normalized',
    sequential(linear(INPUTS, 33), linear(33, 18), batchNorm(18), gelu(), linear(18, 5), logSoftmax()),
    3,
  ],
  [
    'residual',
    sequential(
      linear(INPUTS, 18),
      residual(layerNorm(18), linear(18, 36), gelu(), linear(36, 18)),
      linear(18, 5),
      logSoftmax(),
    ),
    4,
  ],
  [
    'normalized by image',
    sequential(
      linear(INPUTS, 33),
      layerNorm(33),
      gelu(),
      linear(33, 18),
      root(),
      linear(18, 5),
      logSoftmax(),
    ),
    3,
  ],
];

/** All parameters before and after some steps. */
async function train(backend: Backend, spec: ModelSpec, frozen: number, steps: number) {
  const input = {
    shape: { height: 1, width: INPUTS, channels: 1 as const },
    pixels: { offset: [0.5], scale: [0.5] },
  };
  const program = buildProgram(spec, input, { frozen, average: true });
  const session = await backend.createSession(program);
  const initial = initialize(program.plan, keyFromSeed(3));
  for (const [name, values] of initial) {
    await session.write(name, values);
    if (program.plan.parameters.some((parameter) => parameter.name === name && parameter.trained))
      await session.write(name, values, 'average');
  }
  const pixels = Uint8Array.from({ length: IMAGES * INPUTS }, (_, i) => (i * 89) % 256);
  const images = await backend.upload(pixels, gray(1, INPUTS));
  await session.train({
    images,
    labels: Uint16Array.from({ length: IMAGES }, (_, i) => i % 5),
    // Every time in another order.
    indices: Uint32Array.from({ length: BATCH * steps }, (_, i) => (i * 5 + Math.floor(i / IMAGES)) % IMAGES),
    batchSize: BATCH,
    firstStep: 0,
    learningRates: new Float32Array(steps).fill(0.01),
    averageDecays: new Float32Array(steps).fill(0.5),
    optimizer: adam,
    labelSmoothing: 0,
    dropoutKey: keyFromSeed(4),
  });
  const trained = new Map<string, Float32Array>();
  for (const { name, trained: has } of program.plan.parameters) {
    trained.set(name, await session.read(name));
    if (has) trained.set(`average of ${name}`, await session.read(name, 'average'));
  }
  const all = Uint32Array.from({ length: IMAGES }, (_, i) => i);
  trained.set('answers', await session.infer(images, all));
  trained.set('answers of the average', await session.infer(images, all, { weights: 'average' }));
  // What was kept of a frozen layer is void once its weights are others.
  const [first] = program.plan.parameters;
  await session.write(
    first.name,
    (await session.read(first.name)).map((value) => value * 2),
  );
  trained.set('answers after a change', await session.infer(images, all));
  session.dispose();
  images.dispose();
  const layerOf = new Map(program.plan.parameters.map(({ name, layer }) => [name, layer]));
  return { initial, trained, layerOf };
}

for (const [variant, create] of Object.entries(variants)) {
  describe(variant, () => {
    let backend: Backend;
    let oracle: Backend;
    before(async () => {
      backend = await create();
      oracle = await createBackend({ backend: 'reference' });
    });
    after(async () => {
      await backend.dispose();
      await oracle.dispose();
    });
    for (const [name, spec, layers] of networks) {
      for (let frozen = 1; frozen < layers; frozen++) {
        it(`${name}, ${frozen} of ${layers} layers frozen`, async () => {
          const { initial, trained, layerOf } = await train(backend, spec, frozen, STEPS);
          assert.deepEqual(trained, (await train(oracle, spec, frozen, STEPS)).trained);
          const whole = (await train(backend, spec, 0, 1)).trained;
          const once = (await train(backend, spec, frozen, 1)).trained;
          for (const [parameter, layer] of layerOf) {
            if (!trained.has(`average of ${parameter}`)) continue;
            if (layer < frozen) {
              assert.deepEqual(trained.get(parameter), initial.get(parameter), parameter);
              assert.deepEqual(trained.get(`average of ${parameter}`), initial.get(parameter), parameter);
            } else {
              // What is trained has the gradient that it has in the whole network.
              assert.deepEqual(once.get(parameter), whole.get(parameter), parameter);
              assert.notDeepEqual(trained.get(parameter), initial.get(parameter), parameter);
            }
          }
        });
      }
    }
  });
}
