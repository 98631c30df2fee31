/** What every backend refuses before it takes a step or asks about an image, in the same words: kernels believe what they are told. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { keyFromSeed } from '../../src/core/philox.ts';
import type { Backend, DeviceImages, Session, TrainRequest } from '../../src/engine/backend.ts';
import { createBackend } from '../../src/engine/create.ts';
import { initialize } from '../../src/model/init.ts';
import { buildProgram } from '../../src/model/program.ts';
import { linear, logSoftmax, relu, sequential } from '../../src/model/spec.ts';
import { gray, rowInput } from '../dataset-fixture.ts';
import { adam } from './cases.ts';
import { variants } from './variants.ts';

const backends = { reference: () => createBackend({ backend: 'reference' }), ...variants };
const spec = sequential(linear(4, 5), relu(), linear(5, 3), logSoftmax());
const program = buildProgram(spec, rowInput(4), { output: { of: 'pixelGradient' } });

type Change = Partial<Omit<TrainRequest, 'images'>>;

/** Four images in batches of two. */
const request: Omit<TrainRequest, 'images'> = {
  labels: Uint16Array.of(0, 1, 2, 1),
  indices: Uint32Array.of(0, 1, 2, 3),
  batchSize: 2,
  firstStep: 0,
  learningRates: Float32Array.of(0.1, 0.1),
  optimizer: adam,
  dropoutKey: [1, 2],
};

const refused: Readonly<Record<string, readonly [Change, RegExp]>> = {
  'a label past the classes, in the last batch alone': [
    { labels: Uint16Array.of(0, 1, 2, 3) },
    /^Label 3 of image 3 is out of range: the network has 3 classes\.$/,
  ],
  'a label that a byte would wrap to one of the classes': [
    { labels: Uint16Array.of(257, 1, 2, 1) },
    /^Label 257 of image 0 is out of range/,
  ],
  'an image without a label': [
    { labels: Uint16Array.of(0, 1) },
    /^Label \(none\) of image 2 is out of range/,
  ],
  'an image past the last': [{ indices: Uint32Array.of(0, 9) }, /^Image index 9 is out of range/],
  'a batch of none': [{ batchSize: 0 }, /^The batch size must be a whole number above 0, not 0\.$/],
  'fewer learning rates than steps': [
    { learningRates: Float32Array.of(0.1) },
    /^Expected 2 learning rates, one for each step, not 1\.$/,
  ],
  'fewer class weights than classes': [
    { classWeights: Float32Array.of(1, 2) },
    /^Expected 3 class weights of at least 0, one for each class, not 2: 1, 2\.$/,
  ],
  'a class weight that is no number': [
    { classWeights: Float32Array.of(1, Number.NaN, 2) },
    /not 3: 1, NaN, 2/,
  ],
  'a class weight below 0': [{ classWeights: Float32Array.of(1, -1, 2) }, /not 3: 1, -1, 2/],
};

for (const [name, create] of Object.entries(backends)) {
  describe(name, () => {
    let backend: Backend;
    let session: Session;
    let images: DeviceImages;
    const first = initialize(program.plan, keyFromSeed(1));
    before(async () => {
      backend = await create();
      session = await backend.createSession(program);
      images = await backend.upload(
        Uint8Array.from({ length: 16 }, (_, i) => 16 * i),
        gray(1, 4),
      );
      for (const [parameter, values] of first) await session.write(parameter, values);
    });
    after(() => backend.dispose());

    for (const [what, [change, message]] of Object.entries(refused)) {
      it(`refuses ${what}, and takes no step`, async () => {
        await assert.rejects(session.train({ ...request, images, ...change }), { kind: 'usage', message });
        for (const [parameter, values] of first) assert.deepEqual(await session.read(parameter), values);
      });
    }

    it('takes a label past 255 for its own class', async () => {
      const classes = 300;
      const many = buildProgram(sequential(linear(4, classes), logSoftmax()), rowInput(4));
      const network = await backend.createSession(many);
      for (const [parameter, values] of initialize(many.plan, keyFromSeed(2)))
        await network.write(parameter, values);
      const labels = Uint16Array.of(299, 43, 256, 0);
      const logProbabilities = await network.infer(images, request.indices);
      const losses = await network.train({ ...request, images, labels, learningRates: new Float32Array(2) });
      for (const [row, label] of labels.entries())
        assert.equal(losses[row], -logProbabilities[row * classes + label], `row ${row}`);
      network.dispose();
    });

    it('refuses a class past the last to differentiate by', async () => {
      const asked = session.infer(images, request.indices, { classes: Uint16Array.of(0, 1, 2, 3) });
      await assert.rejects(asked, { kind: 'usage', message: /Expected a class below 3 for each of the 4/ });
    });

    it('refuses a tensor of another size', async () => {
      const written = session.write('fc1.weight', new Float32Array(19));
      await assert.rejects(written, { kind: 'usage', message: 'fc1.weight must have 20 values, not 19.' });
    });
  });
}
