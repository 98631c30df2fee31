import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gray, inputFor } from '../../test/dataset-fixture.ts';
import { keyFromSeed, RandomStream } from '../core/philox.ts';
import { createBackend } from '../engine/create.ts';
import { initialize } from '../model/init.ts';
import { planModel } from '../model/plan.ts';
import { multilayer } from '../model/spec.ts';
import { Classifier } from '../use/classifier.ts';
import { explainPrediction, occlude } from './saliency.ts';

const spec = multilayer(20, [7], 3);
const shape = gray(4, 5);
const weights = initialize(planModel(spec), keyFromSeed(5));
const random = new RandomStream(keyFromSeed(6));
const pixels = Uint8Array.from({ length: 20 }, () => random.nextBelow(256));

/** The network once more in float64, from its definition; the inputs are -1 to 1. */
function logProbabilities(input: readonly number[]): number[] {
  const dense = (layer: string, x: readonly number[]): number[] =>
    Array.from(weights.get(`${layer}.bias`) ?? [], (bias, unit) =>
      x.reduce(
        (sum, value, i) => sum + value * (weights.get(`${layer}.weight`)?.[unit * x.length + i] ?? 0),
        bias,
      ),
    );
  const logits = dense(
    'fc2',
    dense('fc1', input).map((value) => Math.max(0, value)),
  );
  const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
  return logits.map((logit) => logit - Math.log(sum));
}
const inputOf = (image: ArrayLike<number>) => Array.from(image, (pixel) => pixel / 127.5 - 1);

async function withClassifier(use: (classifier: Classifier) => Promise<void>): Promise<void> {
  const backend = await createBackend({ backend: 'reference' });
  await using classifier = new Classifier({
    spec,
    input: inputFor(shape),
    classNames: ['a', 'b', 'c'],
    weights,
    backend,
  });
  await use(classifier);
}

const image = { pixels, label: 1, index: 0, probabilities: [0.2, 0.2, 0.6], predicted: 2, loss: 1 };

test('the gradient is that of finite differences in float64, of the class asked about', async () => {
  await withClassifier(async (classifier) => {
    for (const target of [0, 1, 2]) {
      const { gradient } = await explainPrediction(classifier, image, shape, { target });
      const input = inputOf(pixels);
      const step = 1e-5;
      gradient.forEach((value, i) => {
        const moved = (by: number) => logProbabilities(input.with(i, input[i] + by))[target];
        const expected = (moved(step) - moved(-step)) / (2 * step);
        assert.ok(Math.abs(value - expected) < 1e-6, `pixel ${i}: ${value}, expected ${expected}`);
      });
    }
    const saliency = await explainPrediction(classifier, image, shape);
    assert.deepEqual([saliency.target, saliency.patch, saliency.image], [2, 5, image]);
  });
});

test('occlusion is the drop of the probability under a patch that is cut off at the border', async () => {
  await withClassifier(async (classifier) => {
    for (const [patch, fill] of [
      [1, 0],
      [3, 0],
      [3, 200],
      [5, 128],
    ]) {
      const drops = await occlude(classifier, pixels, shape, 1, { patch, fill });
      const reach = (patch - 1) / 2;
      for (let y = 0; y < 4; y++) {
        for (let x = 0; x < 5; x++) {
          const covered = Array.from(pixels, (pixel, i) =>
            Math.abs((i % 5) - x) <= reach && Math.abs(Math.floor(i / 5) - y) <= reach ? fill : pixel,
          );
          const [before, after] = [pixels, covered].map((each) =>
            Math.exp(logProbabilities(inputOf(each))[1]),
          );
          const drop = drops[y * 5 + x];
          assert.ok(Math.abs(drop - (before - after)) < 1e-6, `(${x}, ${y}): ${drop}`);
        }
      }
    }
  });
});

test('a large image is covered in parts, and every pixel has its own drop', async () => {
  const side = 70;
  const asked: number[] = [];
  // Says that class 0 is as likely as the image is bright.
  const network = {
    logProbabilities: async (images: Uint8Array) => {
      const count = images.length / side ** 2;
      asked.push(count);
      return Float32Array.from({ length: count * 2 }, (_, i) => {
        const row = images.subarray((i >> 1) * side ** 2, ((i >> 1) + 1) * side ** 2);
        const bright = row.reduce((sum, pixel) => sum + pixel, 0) / (255 * row.length);
        return Math.log(i % 2 === 0 ? bright : 1 - bright);
      });
    },
  };
  const shades = Uint8Array.from({ length: side ** 2 }, (_, i) => 1 + (i % 251));
  const drops = await occlude(network, shades, gray(side, side), 0, { patch: 1, step: 1 });
  assert.ok(asked.length > 2, 'in parts');
  assert.equal(
    asked.reduce((a, b) => a + b),
    side ** 2 + 1,
  );
  drops.forEach((drop, i) => {
    assert.ok(Math.abs(drop - shades[i] / (255 * side ** 2)) < 2e-7, 'to the rounding of float32');
  });
});

test('the steps of a large image are as wide as it takes, and each pixel has the drop of the nearest center', async () => {
  const asked: number[] = [];
  // Says that class 0 is as likely as the red of the image is bright.
  const network = {
    logProbabilities: async (images: Uint8Array) => {
      const size = 100 * 60 * 3;
      asked.push(images.length / size);
      return Float32Array.from({ length: (images.length / size) * 2 }, (_, i) => {
        const row = images.subarray((i >> 1) * size, ((i >> 1) + 1) * size);
        const bright = row.reduce((sum, byte, p) => sum + (p % 3 === 0 ? byte : 0), 0) / (255 * 6000);
        return Math.log(i % 2 === 0 ? bright : 1 - bright);
      });
    },
  };
  // The ground is (10, 20, 30); one square of 20 pixels is bright red.
  const shape = { height: 100, width: 60, channels: 3 } as const;
  const image = Uint8Array.from({ length: 100 * 60 * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % 60, Math.floor(i / 180)];
    return i % 3 === 0 && x >= 20 && x < 40 && y >= 40 && y < 60 ? 210 : 10 * ((i % 3) + 1);
  });
  const drops = await occlude(network, image, shape, 0);
  // 34 rows by 20 columns of steps of 3 pixels, and the image as it is.
  assert.equal(
    asked.reduce((a, b) => a + b),
    34 * 20 + 1,
  );
  const at = (x: number, y: number): number => drops[y * 60 + x];
  assert.equal(drops.length, 6000);
  // A patch of 17 by 17 covers 289 pixels of the square with the ground's red.
  assert.ok(Math.abs(at(30, 50) - (289 * 200) / (255 * 6000)) < 1e-6, String(at(30, 50)));
  assert.ok(Math.abs(at(5, 5)) < 1e-9);
  assert.deepEqual([at(30, 49), at(32, 50)], [at(30, 48), at(30, 50)]);
});

test('of a color image a pixel has the sizes of its three gradients, summed', async () => {
  const color = { height: 2, width: 2, channels: 3 } as const;
  const network = {
    logProbabilities: async (images: Uint8Array) => new Float32Array((images.length / 12) * 2).fill(-0.7),
    inputGradients: async () => Float32Array.of(1, -2, 3, 0, -10, 20, 0, 0, 100, 0, -300, 0),
  };
  const pixels = new Uint8Array(12);
  const { gradient, occlusion } = await explainPrediction(network, { ...image, pixels, predicted: 0 }, color);
  assert.deepEqual([...gradient], [111, 22, 303, 0]);
  assert.equal(occlusion.length, 4);
});

test('what makes no sense is refused', async () => {
  await withClassifier(async (classifier) => {
    for (const options of [
      { patch: 2 },
      { patch: 0 },
      { patch: 1.5 },
      { step: 0 },
      { fill: 256 },
      { fill: -1 },
    ])
      await assert.rejects(occlude(classifier, pixels, shape, 1, options), { kind: 'usage' });
    await assert.rejects(occlude(classifier, pixels, shape, 3), {
      kind: 'usage',
      message: /Class 3 is out of range/,
    });
    await assert.rejects(explainPrediction(classifier, image, shape, { target: 3 }), { kind: 'usage' });
    const signal = AbortSignal.abort();
    await assert.rejects(explainPrediction(classifier, image, shape, { signal }), { kind: 'interrupted' });
  });
});
