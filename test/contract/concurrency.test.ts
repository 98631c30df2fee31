/** Calls that overlap, on every way to run the engine: each gives the answer that it gives alone. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fork, keyFromSeed, RandomStream } from '../../src/core/philox.ts';
import type { Backend, DeviceImages, Session, TrainRequest } from '../../src/engine/backend.ts';
import { createBackend } from '../../src/engine/create.ts';
import { initialize } from '../../src/model/init.ts';
import { buildProgram } from '../../src/model/program.ts';
import { multilayer } from '../../src/model/spec.ts';
import { gray, rowInput } from '../dataset-fixture.ts';
import { variants } from './variants.ts';

const INPUTS = 50;
const COUNT = 300;
const shape = gray(1, INPUTS);
const program = buildProgram(multilayer(INPUTS, [33, 17], 10), rowInput(INPUTS));
const random = new RandomStream(fork(keyFromSeed(3), 'pixels'));
const pixels = Uint8Array.from({ length: COUNT * INPUTS }, () => random.nextBelow(256));

async function open(backend: Backend): Promise<{ session: Session; images: DeviceImages }> {
  const session = await backend.createSession(program);
  for (const [name, values] of initialize(program.plan, keyFromSeed(1))) await session.write(name, values);
  return { session, images: await backend.upload(pixels, shape) };
}

/** Questions of many lengths, some of them answered on the caller's thread. */
const questions = Array.from({ length: 100 }, (_, k) =>
  Uint32Array.from({ length: 1 + ((k * 13) % 60) }, (_, i) => (i * 7 + k * 31) % COUNT),
);

const training = (images: DeviceImages): TrainRequest => ({
  images,
  labels: Uint16Array.from({ length: COUNT }, (_, i) => i % 10),
  indices: Uint32Array.from({ length: COUNT }, (_, i) => i),
  batchSize: 32,
  firstStep: 0,
  learningRates: new Float32Array(10).fill(0.01),
  optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
  dropoutKey: [1, 2],
});

describe('calls that overlap', () => {
  const tested = { reference: () => createBackend({ backend: 'reference' }), ...variants };
  for (const [title, create] of Object.entries(tested)) {
    it(`give the answers that they give alone: ${title}`, async () => {
      const backend = await create();
      const { session, images } = await open(backend);
      const alone: Float32Array[] = [];
      for (const indices of questions) alone.push(await session.infer(images, indices));
      const together = await Promise.all(questions.map((indices) => session.infer(images, indices)));
      assert.deepEqual(together, alone);
      assert.notDeepEqual(alone[0], alone[1]);
      await backend.dispose();
    });

    it(`of two networks, one trained and one asked: ${title}`, async () => {
      const backend = await create();
      const [trained, asked] = [await open(backend), await open(backend)];
      const expected = await asked.session.infer(asked.images, questions[3]);
      const [losses, ...answers] = await Promise.all([
        trained.session.train(training(trained.images)),
        ...Array.from({ length: 20 }, () => asked.session.infer(asked.images, questions[3])),
      ]);
      for (const answer of answers) assert.deepEqual(answer, expected);
      const fresh = await open(backend);
      assert.deepEqual(await fresh.session.train(training(fresh.images)), losses);
      await backend.dispose();
    });

    it(`while images and networks are disposed of: ${title}`, async () => {
      const backend = await create();
      const { session, images } = await open(backend);
      const expected = await session.infer(images, questions[5]);
      const asked = questions.map(() => session.infer(images, questions[5]));
      images.dispose();
      // New images would lie where the old ones did.
      const others = await backend.upload(new Uint8Array(pixels.length).fill(7), shape);
      session.dispose();
      for (const answer of await Promise.all(asked)) assert.deepEqual(answer, expected);
      await assert.rejects(session.infer(others, questions[5]), { kind: 'usage', message: /disposed of/ });
      const another = await open(backend);
      another.images.dispose();
      await assert.rejects(another.session.infer(another.images, questions[5]), {
        kind: 'usage',
        message: /disposed of/,
      });
      await Promise.all([backend.dispose(), backend.dispose()]);
    });
  }
});
