/**
 * Frozen layers keep their weights to the bit on every backend, and the others learn as if nothing were frozen. A frozen layer
 * with statistics of its own keeps them as well, and answers in training as in inference.
 */

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

const input = {
  shape: { height: 1, width: INPUTS, channels: 1 as const },
  pixels: { offset: [0.5], scale: [0.5] },
};

/** Statistics that a training before may have left. */
function settledStatistics(name: string, size: number): Float32Array {
  const least = name.endsWith('running_var') ? 0.5 : -0.2;
  return Float32Array.from({ length: size }, (_, i) => least + ((i * 7) % 11) / 20);
}

interface Frozen {
  readonly frozen: readonly number[];
  readonly settled: readonly number[];
}

/** All parameters before and after some steps. */
async function train(backend: Backend, spec: ModelSpec, { frozen, settled }: Frozen, steps: number) {
  const program = buildProgram(spec, input, { frozen, settled, average: true });
  const session = await backend.createSession(program);
  const initial = new Map(initialize(program.plan, keyFromSeed(3)));
  for (const { name, trained, shape } of program.plan.parameters) {
    if (!trained) initial.set(name, settledStatistics(name, shape[0]));
    await session.write(name, initial.get(name)!);
    if (trained) await session.write(name, initial.get(name)!, 'average');
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
    // Its weight decay moves every parameter that the optimizer reaches, even without a gradient.
    optimizer: { ...adam, weightDecay: 0.1 },
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
  for (const { name } of program.plan.parameters.filter(({ layer }) => layer === 0)) {
    await session.write(
      name,
      (await session.read(name)).map((value) => value * 2),
    );
    trained.set(`answers after a change of ${name}`, await session.infer(images, all));
  }
  session.dispose();
  images.dispose();
  return { initial, trained, plan: program.plan };
}

/** Every choice of layers but none and all. */
function choices(layers: number): number[][] {
  return Array.from({ length: 2 ** layers - 2 }, (_, i) =>
    Array.from({ length: layers }, (_, layer) => layer).filter((layer) => ((i + 1) >> layer) & 1),
  );
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
      const normed = JSON.stringify(spec).includes('BatchNorm1d');
      for (const frozen of choices(layers)) {
        for (const settled of normed ? [[], frozen] : [[]]) {
          const numbers = frozen.map((layer) => layer + 1).join(' and ');
          const kept = settled.length > 0 ? ', with their statistics' : '';
          it(`${name}, frozen ${numbers} of ${layers} layers${kept}`, async () => {
            const { initial, trained, plan } = await train(backend, spec, { frozen, settled }, STEPS);
            assert.deepEqual(trained, (await train(oracle, spec, { frozen, settled }, STEPS)).trained);
            const whole = (await train(backend, spec, { frozen: [], settled: [] }, 1)).trained;
            const once = (await train(backend, spec, { frozen, settled }, 1)).trained;
            for (const { name: parameter, layer, trained: learns } of plan.parameters) {
              const stays = learns ? frozen.includes(layer) : settled.includes(layer);
              const hold: (actual: unknown, expected: unknown, message: string) => void = stays
                ? assert.deepEqual
                : assert.notDeepEqual;
              hold(trained.get(parameter), initial.get(parameter), parameter);
              if (!learns) continue;
              hold(trained.get(`average of ${parameter}`), initial.get(parameter), parameter);
              // What is trained has the gradient that it has in the whole network.
              if (!stays && settled.length === 0)
                assert.deepEqual(once.get(parameter), whole.get(parameter), parameter);
            }
          });
        }
      }
    }
  });
}

it('what the first frozen layers make of an image is kept where it depends on the image alone', () => {
  const [, [, normalized]] = networks;
  const fixed = (options: Partial<Frozen>) => buildProgram(normalized, input, options).fixed;
  // gather, linear; linear, activate; linear
  assert.equal(fixed({ frozen: [0] }), 2);
  assert.equal(fixed({ frozen: [0, 1] }), 3);
  assert.equal(fixed({ frozen: [0, 1], settled: [0, 1] }), 4);
  assert.equal(fixed({ frozen: [1], settled: [1] }), 0);
  assert.equal(fixed({ frozen: [0, 2], settled: [0, 2] }), 2);
});

it('a program without a trained layer is refused, and one that freezes a layer which is not there', () => {
  const [[, plain]] = networks;
  assert.throws(() => buildProgram(plain, input, { frozen: [0, 1, 2] }), {
    message: 'Cannot freeze all 3 layers: at least one must be trained.',
  });
  assert.throws(() => buildProgram(plain, input, { frozen: [3] }), {
    message: 'Cannot freeze layer 3 of 3 layers.',
  });
});
