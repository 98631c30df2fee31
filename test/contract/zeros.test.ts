/**
 * Products that leave out zeros give the reference's bits whatever share of the values is 0, at every edge of panels, masks and
 * blocks; and a step that makes a weight that is not finite is seen at that step, whether or not a zero meets the weight.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fork, keyFromSeed, RandomStream } from '../../src/core/philox.ts';
import type { Backend } from '../../src/engine/backend.ts';
import { createBackend } from '../../src/engine/create.ts';
import { initialize } from '../../src/model/init.ts';
import { buildProgram } from '../../src/model/program.ts';
import { dropout, linear, logSoftmax, relu, root, sequential } from '../../src/model/spec.ts';
import { gray } from '../dataset-fixture.ts';
import { adam, sgd } from './cases.ts';
import { variants } from './variants.ts';

/** Values that are not 0, of 64. */
const densities = [0, 1, 2, 19, 38, 64];
/** Inputs, units, rows of a batch: on both sides of a panel, a word of a mask, three panels and a block of 128 inputs. */
const shapes: readonly (readonly [inputs: number, units: number, batch: number])[] = [
  [1, 1, 1],
  [15, 17, 3],
  [16, 48, 4],
  [17, 49, 16],
  [63, 33, 17],
  [64, 64, 63],
  [65, 97, 64],
  [127, 16, 65],
  [129, 47, 70],
  [200, 112, 130],
];

interface Sample {
  readonly inputs: number;
  readonly units: number;
  readonly batch: number;
  /** Of 64 pixels and of 64 units, so many are not 0. */
  readonly density: number;
  readonly activation: ReturnType<typeof relu> | ReturnType<typeof root>;
  readonly share: number;
}

/** Everything that three steps and an inference leave behind. */
async function run(backend: Backend, { inputs, units, batch, density, activation, share }: Sample) {
  const middle = share > 0 ? [activation, dropout(share)] : [activation];
  const spec = sequential(
    linear(inputs, units),
    ...middle,
    linear(units, units),
    ...middle,
    linear(units, 5),
    logSoftmax(),
  );
  const input = {
    shape: { height: 1, width: inputs, channels: 1 as const },
    pixels: { offset: [0], scale: [1] },
  };
  const program = buildProgram(spec, input);
  const key = keyFromSeed(7);
  const random = new RandomStream(fork(key, 'zeros'));
  const isKept = (i: number) => (i * 37) % 64 < density;
  const images = batch * 2 + 1;
  const pixels = Uint8Array.from({ length: images * inputs }, (_, i) =>
    isKept(i) ? 1 + random.nextBelow(255) : 0,
  );
  const session = await backend.createSession(program);
  const device = await backend.upload(pixels, gray(1, inputs));
  for (const [name, values] of initialize(program.plan, key)) {
    // Units that are never or always above 0, whatever the image; a bias of -0 among them.
    if (name === 'fc1.bias' || name === 'fc2.bias')
      for (let i = 0; i < values.length; i++) values[i] = i % 7 === 3 ? -0 : isKept(i) ? 9 : -9;
    await session.write(name, values);
  }
  const indices = Uint32Array.from({ length: images }, (_, i) => i);
  const labels = Uint16Array.from({ length: images }, (_, i) => i % 5);
  const results = new Map<string, Float32Array>();
  const losses = await session.train({
    images: device,
    labels,
    indices,
    batchSize: batch,
    firstStep: 3,
    learningRates: new Float32Array(3).fill(0.01),
    averageDecays: new Float32Array(3),
    optimizer: adam,
    labelSmoothing: 0,
    dropoutKey: fork(key, 'dropout'),
  });
  results.set('losses', losses);
  for (const { name } of program.plan.parameters)
    for (const role of ['value', 'firstMoment'] as const)
      results.set(`${name} ${role}`, await session.read(name, role));
  results.set('answers', await session.infer(device, indices));
  results.set('one answer', await session.infer(device, indices.subarray(0, 1)));
  session.dispose();
  device.dispose();
  return results;
}

function assertSameBits(
  actual: Map<string, Float32Array>,
  expected: Map<string, Float32Array>,
  what: string,
): void {
  for (const [name, values] of expected) {
    const bits = new Uint32Array(values.buffer);
    const others = new Uint32Array(actual.get(name)?.buffer ?? new ArrayBuffer());
    const wrong = bits.findIndex((word, i) => word !== others[i]);
    assert.equal(
      wrong,
      -1,
      `${what}, ${name}[${wrong}]: ${actual.get(name)?.[wrong]}, expected ${values[wrong]}`,
    );
    assert.ok(values.every(Number.isFinite), `${what}, ${name} is finite`);
  }
}

const reference = await createBackend({ backend: 'reference' });
const samples: Sample[] = shapes.flatMap(([inputs, units, batch], i) =>
  densities.map((density, d) => ({
    ...{ inputs, units, batch, density },
    activation: (i + d) % 3 === 0 ? root() : relu(),
    share: [0, 0.25, 0.9][(i + d) % 3],
  })),
);
const expected = new Map<Sample, Map<string, Float32Array>>();
for (const sample of samples) expected.set(sample, await run(reference, sample));

for (const [name, create] of Object.entries(variants)) {
  describe(name, () => {
    let backend: Backend;
    before(async () => {
      backend = await create();
    });
    after(() => backend.dispose());

    for (const density of densities)
      it(`gives the reference’s bits where ${density} of 64 values are not 0`, async () => {
        for (const sample of samples.filter((one) => one.density === density)) {
          const { inputs, units, batch } = sample;
          const wanted = expected.get(sample) ?? new Map();
          assertSameBits(await run(backend, sample), wanted, `${batch} x ${inputs} x ${units}`);
        }
      });

    it('sees a weight that is not finite at the step that makes it', async () => {
      assert.deepEqual(await divergence(backend), await divergence(reference));
    });
  });
}

describe('divergence', () => {
  it('is seen by the reference, once weights overflow that meet no image', async () => {
    const seen = await divergence(reference);
    assert.deepEqual(seen, [true, false, false]);
  });
});

/** Which of three steps have a finite loss. The first one makes weights of input 1 infinite, where every image is 0. */
async function divergence(backend: Backend): Promise<boolean[]> {
  const spec = sequential(linear(2, 3), relu(), linear(3, 2), logSoftmax());
  const input = { shape: { height: 1, width: 2, channels: 1 as const }, pixels: { offset: [0], scale: [1] } };
  const session = await backend.createSession(buildProgram(spec, input));
  const images = await backend.upload(Uint8Array.of(9, 0, 8, 0, 7, 0), gray(1, 2));
  await session.write('fc1.weight', Float32Array.of(1, 3e38, 1, 3e38, 1, 3e38));
  const finite: boolean[] = [];
  for (let step = 0; step < 3; step++) {
    const losses = await session.train({
      ...{
        images,
        labels: Uint16Array.of(0, 1, 0),
        indices: Uint32Array.of(0, 1, 2),
        batchSize: 3,
        firstStep: step,
      },
      learningRates: new Float32Array(1).fill(0.01),
      averageDecays: new Float32Array(1),
      // Weight decay takes weights further, against its sense: a learning rate cannot be negative, a decay here is.
      optimizer: { ...sgd, weightDecay: step === 0 ? 0 : -100 },
      labelSmoothing: 0,
      dropoutKey: [1, 2],
    });
    finite.push(losses.every(Number.isFinite));
  }
  session.dispose();
  images.dispose();
  return finite;
}
