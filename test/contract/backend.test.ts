/**
 * The contract of a backend: over random networks, batches and data, training and inference give the bits of
 * the reference backend.
 */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { keyFromSeed, RandomStream } from '../../src/core/philox.ts';
import { augmentedImage } from '../../src/engine/augmented-image.ts';
import type { Augmentation, Backend } from '../../src/engine/backend.ts';
import { createBackend } from '../../src/engine/create.ts';
import { initialize } from '../../src/model/init.ts';
import { buildProgram } from '../../src/model/program.ts';
import {
  batchNorm,
  dropout,
  gelu,
  leakyRelu,
  linear,
  logSoftmax,
  relu,
  root,
  sequential,
  silu,
} from '../../src/model/spec.ts';
import { gray, inputFor, rowInput } from '../dataset-fixture.ts';
import { adam, type Case, cases, lion, optimizers, runCase } from './cases.ts';
import { variants } from './variants.ts';

/** Compares bits: assert.deepEqual would take 0 and -0 for different and is slow on large arrays. */
function assertSameBits(actual: Map<string, Float32Array>, expected: Map<string, Float32Array>): void {
  assert.deepEqual([...actual.keys()], [...expected.keys()]);
  for (const [name, values] of expected) {
    const other = actual.get(name) ?? new Float32Array();
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
    const otherBits = new Uint32Array(other.buffer, other.byteOffset, other.length);
    const wrong = bits.findIndex((word, i) => word !== otherBits[i]);
    assert.equal(wrong, -1, `${name}[${wrong}]: ${other[wrong]}, expected ${values[wrong]}`);
    assert.ok(values.every(Number.isFinite), `${name} is finite`);
  }
}

const reference = await createBackend({ backend: 'reference' });

for (const [name, create] of Object.entries(variants)) {
  describe(name, () => {
    let backend: Backend;
    before(async () => {
      backend = await create();
    });
    after(() => backend.dispose());

    it('gives the reference’s bits on random networks', async () => {
      const check = async (sample: Case) => {
        const expected = await runCase(reference, sample);
        // One of some thousand diverges, such as batch normalization over batches of one: its bits say nothing.
        fc.pre([...expected.values()].every((values) => values.every(Number.isFinite)));
        assertSameBits(await runCase(backend, sample), expected);
      };
      await fc.assert(fc.asyncProperty(cases, check), { numRuns: 40 });
    });

    it('gives the reference’s bits on the deeper recipe’s shape', async () => {
      const layers = [392, 196, 98, 49].flatMap((width, i, widths) => [
        linear(i === 0 ? 784 : widths[i - 1], width),
        relu(),
        ...(i < 3 ? [dropout(0.25)] : []),
      ]);
      const spec = sequential(...layers, linear(49, 10), logSoftmax());
      const sample = { spec, images: 100, batchSize: 64, seed: 3, keepGradients: false };
      assertSameBits(await runCase(backend, sample), await runCase(reference, sample));
    });

    it('gives the reference’s bits with every optimizer, clipped and not', async () => {
      const spec = sequential(linear(130, 40), batchNorm(40), gelu(), linear(40, 7), logSoftmax());
      const base = { spec, images: 50, batchSize: 16, seed: 6, keepGradients: false, average: true };
      for (const optimizer of optimizers) {
        for (const clip of [0, 0.1]) {
          const sample = { ...base, optimizer, clip, averageStatistics: true };
          assertSameBits(await runCase(backend, sample), await runCase(reference, sample));
        }
      }
    });

    it('lets no value that is no number pass for one', async () => {
      for (const activation of [relu(), leakyRelu(), gelu(), silu(), root()]) {
        const spec = sequential(linear(4, 3), batchNorm(3), activation, linear(3, 2), logSoftmax());
        for (const layers of [spec.layers, spec.layers.filter(({ type }) => type !== 'BatchNorm1d')]) {
          const session = await backend.createSession(buildProgram({ layers }, rowInput(4)));
          const images = await backend.upload(new Uint8Array(4).fill(200), gray(1, 4));
          await session.write('fc1.weight', new Float32Array(12).fill(Number.NaN));
          const values = await session.infer(images, Uint32Array.of(0));
          assert.ok(values.every(Number.isNaN), `${activation.type}: ${values.join()}`);
          session.dispose();
          images.dispose();
        }
      }
    });

    it('scales every byte as the reference does', async () => {
      // One input with weight 1 and one class beside it: the log-probabilities show the pixel's value.
      const logProbabilities = async (engine: Backend) => {
        const session = await engine.createSession(
          buildProgram(sequential(linear(1, 2), logSoftmax()), rowInput(1)),
        );
        const images = await engine.upload(
          Uint8Array.from({ length: 256 }, (_, byte) => byte),
          gray(1, 1),
        );
        await session.write('fc1.weight', Float32Array.of(1, 0));
        const values = await session.infer(
          images,
          Uint32Array.from({ length: 256 }, (_, i) => i),
        );
        session.dispose();
        images.dispose();
        return new Map([['log-probabilities', values]]);
      };
      assertSameBits(await logProbabilities(backend), await logProbabilities(reference));
    });

    it('gives the reference’s bits with soft targets, in batches of which the last is of one image', async () => {
      const sample: Case = {
        spec: sequential(linear(12 * 9, 40), relu(), dropout(0.25), linear(40, 19), logSoftmax()),
        images: 2 * 37 + 1,
        batchSize: 37,
        seed: 6,
        keepGradients: false,
        labelSmoothing: 0.1,
        augment: {
          options: { flip: true, shift: 1, rotate: 5, zoom: 0, shear: 0, elastic: 0, erase: 0.5 },
          mixing: { mixup: 0.5, cutmix: 0.5 },
          square: true,
        },
        distillation: 0.7,
      };
      const found = await runCase(backend, sample);
      assertSameBits(found, await runCase(reference, sample));
      // What is left out must show: another target is another loss.
      const losses = (other: Map<string, Float32Array>) => other.get('losses of round 0');
      const plain = await runCase(backend, { ...sample, distillation: undefined });
      assert.notDeepEqual(losses(found), losses(plain));
    });

    it('gives the reference’s bits where classes weigh differently, of labels and of soft targets', async () => {
      const sample: Case = {
        spec: sequential(linear(60, 30), relu(), dropout(0.25), linear(30, 11), logSoftmax()),
        images: 50,
        batchSize: 16,
        seed: 8,
        keepGradients: true,
        weighed: true,
      };
      for (const distillation of [undefined, 0.7]) {
        const found = await runCase(backend, { ...sample, distillation });
        assertSameBits(found, await runCase(reference, { ...sample, distillation }));
        const plain = await runCase(backend, { ...sample, distillation, weighed: false });
        assert.notDeepEqual(found.get('gradient of fc1.weight'), plain.get('gradient of fc1.weight'));
      }
    });

    it('sees in an inference of training’s images what a step sees, batch by batch', async () => {
      const shape = gray(12, 9);
      const program = buildProgram(sequential(linear(12 * 9, 10), logSoftmax()), inputFor(shape));
      const session = await backend.createSession(program);
      for (const [name, values] of initialize(program.plan, keyFromSeed(2)))
        await session.write(name, values);
      const random = new RandomStream(keyFromSeed(3));
      const bytes = Uint8Array.from({ length: 60 * 12 * 9 }, () => random.nextBelow(256));
      const images = await backend.upload(bytes, shape);
      const indices = Uint32Array.from({ length: 41 }, () => random.nextBelow(60));
      const augmentation: Augmentation = {
        options: { flip: true, shift: 1, rotate: 5, zoom: 0, shear: 0, elastic: 1, erase: 0.5 },
        mixing: { mixup: 0.5, cutmix: 0.5 },
        key: [4, 5],
      };
      const batches = { batchSize: 20, firstStep: 17, augmentation };
      const found = await session.infer(images, indices, { batches });
      const drawn = [...indices].flatMap((_, row) => {
        const step = Math.floor(row / 20);
        const batch = indices.subarray(step * 20, step * 20 + 20);
        return [...augmentedImage(bytes, shape, batch, augmentation, { place: row % 20, step: 17 + step })];
      });
      const plain = await backend.upload(Uint8Array.from(drawn), shape);
      const expected = await session.infer(plain, Uint32Array.from(indices.keys()));
      assert.deepEqual(found, expected);
      // In another step they are other images; without augmentation they are as they are.
      assert.notDeepEqual(
        await session.infer(images, indices, { batches: { ...batches, firstStep: 18 } }),
        found,
      );
      const unchanged = await session.infer(images, indices, { batches: { batchSize: 20, firstStep: 17 } });
      assert.deepEqual(unchanged, await session.infer(images, indices));
      const later = { ...batches, firstStep: 19 };
      assert.deepEqual(
        await session.infer(images, indices.subarray(40), { batches: later }),
        found.slice(400),
      );
      session.dispose();
      for (const held of [images, plain]) held.dispose();
    });

    it('takes the fused optimizer step as the separate one', async () => {
      const spec = sequential(linear(100, 30), relu(), dropout(0.25), linear(30, 7), logSoftmax());
      const fused = { spec, images: 50, batchSize: 16, seed: 5, keepGradients: false };
      const expected = await runCase(backend, fused);
      const separate = await runCase(backend, { ...fused, keepGradients: true });
      for (const key of separate.keys()) if (key.startsWith('gradient')) separate.delete(key);
      assertSameBits(separate, expected);
    });

    it('takes a clipped step as any other where the gradient is below the limit', async () => {
      const spec = sequential(linear(100, 30), batchNorm(30), relu(), linear(30, 7), logSoftmax());
      const base = { spec, images: 50, batchSize: 16, seed: 5, keepGradients: true };
      assertSameBits(await runCase(backend, { ...base, clip: 1e6 }), await runCase(backend, base));
    });

    it('has a counter for every op of the deepest network', async () => {
      const layers = Array.from({ length: 199 }, () => linear(2, 2));
      const program = buildProgram(sequential(...layers, logSoftmax()), rowInput(2), { clip: 0.1 });
      const trained: Map<string, Float32Array>[] = [];
      for (const engine of [backend, reference]) {
        const session = await engine.createSession(program);
        for (const [name, values] of initialize(program.plan, keyFromSeed(1)))
          await session.write(name, values);
        const images = await engine.upload(Uint8Array.of(0, 255, 255, 0), gray(1, 2));
        await session.train({
          images,
          labels: Uint16Array.of(0, 1),
          indices: Uint32Array.of(0, 1, 0, 1),
          batchSize: 2,
          firstStep: 0,
          learningRates: Float32Array.of(0.1, 0.1),
          optimizer: lion,
          dropoutKey: [1, 2],
        });
        const read = new Map<string, Float32Array>();
        for (const { name } of program.plan.parameters) read.set(name, await session.read(name));
        trained.push(read);
        session.dispose();
        images.dispose();
      }
      assertSameBits(trained[0], trained[1]);
    });

    it('gives freed memory out again', async () => {
      const sample = {
        spec: sequential(linear(64, 10), logSoftmax()),
        images: 64,
        batchSize: 8,
        seed: 1,
        keepGradients: false,
      };
      const first = await runCase(backend, sample);
      for (let i = 0; i < 50; i++) assertSameBits(await runCase(backend, sample), first);
    });

    it('refuses a teacher of other images', async () => {
      const session = await backend.createSession(
        buildProgram(sequential(linear(4, 2), logSoftmax()), rowInput(4)),
      );
      const images = await backend.upload(new Uint8Array(8), gray(1, 4));
      const request = {
        images,
        labels: new Uint16Array(2),
        indices: Uint32Array.of(0, 1),
        batchSize: 2,
        firstStep: 0,
        learningRates: Float32Array.of(0.1),
        optimizer: adam,
        dropoutKey: [1, 2],
        distillation: { probabilities: new Float32Array(6), share: 0.5 },
      } as const;
      await assert.rejects(session.train(request), {
        kind: 'usage',
        message: /must have 4 probabilities, 2 for each image, not 6/,
      });
      session.dispose();
      images.dispose();
    });

    it('refuses an image number past the last', async () => {
      const session = await backend.createSession(
        buildProgram(sequential(linear(4, 2), logSoftmax()), rowInput(4)),
      );
      const images = await backend.upload(new Uint8Array(8), gray(1, 4));
      await assert.rejects(
        session.infer(images, Uint32Array.of(2)),
        /Image index 2 is out of range: there are 2 images/,
      );
      session.dispose();
      images.dispose();
    });
  });
}
