import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawMix } from '../data/mix.ts';
import { augmentedImage } from './augmented-image.ts';
import type { Augmentation, TrainRequest } from './backend.ts';
import { mixImage } from './reference/augment.ts';
import { meanProbabilities, rowWeights, softTargets } from './targets.ts';

const CLASSES = 4;
const shape = { height: 2, width: 3, channels: 1 } as const;
const images = { length: 5, shape, dispose() {} };
const options = { flip: false, shift: 0, rotate: 0, zoom: 0, shear: 0, elastic: 0, erase: 0 };
const augmentation: Augmentation = {
  options,
  mixing: { mixup: 0.5, cutmix: 0.5 },
  key: [3, 4],
};
const probabilities = Float32Array.from({ length: 28 }, (_, i) => [0.5, 0.25, 0.125, 0.125][(i * 3) % 4]);
const request = {
  images,
  labels: Uint16Array.of(0, 1, 2, 3, 1),
  indices: Uint32Array.of(4, 2, 0, 1, 3, 0, 2),
  batchSize: 3,
  firstStep: 11,
} satisfies Partial<TrainRequest>;

test('labels and label smoothing need no targets of their own', () => {
  assert.equal(softTargets(request, CLASSES), undefined);
  const augmented = { ...request, labelSmoothing: 0.1, augmentation: { ...augmentation, mixing: undefined } };
  assert.equal(softTargets(augmented, CLASSES), undefined);
});

test('a teacher has its share of the target, and the smoothed label the rest', () => {
  const distillation = { probabilities, share: 0.75 };
  const targets =
    softTargets({ ...request, labelSmoothing: 0.2, distillation }, CLASSES) ?? new Float32Array();
  assert.equal(targets.length, 28);
  request.indices.forEach((image, row) => {
    for (let j = 0; j < CLASSES; j++) {
      const hard = (j === request.labels[image] ? 0.8 : 0) + 0.05;
      const expected = 0.25 * hard + 0.75 * probabilities[row * CLASSES + j];
      assert.ok(Math.abs(targets[row * CLASSES + j] - expected) < 1e-7, `row ${row}, class ${j}`);
    }
  });
  const alone = softTargets({ ...request, distillation: { probabilities, share: 1 } }, CLASSES);
  assert.deepEqual(alone, probabilities);
});

test('a mixed image has a mixed label, of its own batch and step', () => {
  const oneHot = [...request.indices].flatMap((image) =>
    Array.from({ length: CLASSES }, (_, j) => (j === request.labels[image] ? 1 : 0)),
  );
  const plain = Float32Array.from(oneHot);
  const mixed = softTargets({ ...request, augmentation }, CLASSES) ?? new Float32Array();
  request.indices.forEach((_, row) => {
    const step = Math.floor(row / 3);
    const rows = step === 2 ? 1 : 3;
    const mix = drawMix({ mixup: 0.5, cutmix: 0.5 }, [3, 4], row % 3, 11 + step, rows, shape);
    const { own, partner } = mix ?? { own: 1, partner: row % 3 };
    for (let j = 0; j < CLASSES; j++) {
      const other = plain[(step * 3 + partner) * CLASSES + j];
      const expected = own * plain[row * CLASSES + j] + (1 - own) * other;
      assert.ok(Math.abs(mixed[row * CLASSES + j] - expected) < 1e-7, `row ${row}, class ${j}`);
    }
  });
  assert.deepEqual(mixed.subarray(24), plain.subarray(24), 'the last batch is of one image');
  assert.notDeepEqual(mixed, plain);
});

test('what a teacher says of a mixed image is not mixed again', () => {
  const mixed = softTargets({ ...request, augmentation }, CLASSES) ?? new Float32Array();
  const distillation = { probabilities, share: 0.75 };
  const targets = softTargets({ ...request, augmentation, distillation }, CLASSES) ?? new Float32Array();
  targets.forEach((target, i) => {
    assert.ok(Math.abs(target - (0.25 * mixed[i] + 0.75 * probabilities[i])) < 1e-7, String(i));
  });
});

test('a step at a time gives the targets of all steps', () => {
  const whole = softTargets({ ...request, augmentation }, CLASSES) ?? new Float32Array();
  for (const step of [0, 1, 2]) {
    const indices = request.indices.subarray(step * 3, step * 3 + 3);
    const part = softTargets({ ...request, indices, firstStep: 11 + step, augmentation }, CLASSES);
    assert.deepEqual(part, whole.slice(step * 12, step * 12 + indices.length * CLASSES));
  }
});

test('an image is mixed with its partner as augmented for itself', () => {
  const bytes = Uint8Array.from({ length: 30 }, (_, i) => i * 8);
  const batch = Uint32Array.of(4, 2, 0);
  const mirrored: Augmentation = { ...augmentation, options: { ...options, flip: true, shift: 1 } };
  const alone = { ...mirrored, mixing: undefined };
  let changed = 0;
  for (let step = 0; step < 20; step++) {
    for (const place of [0, 1, 2]) {
      const expected = augmentedImage(bytes, shape, batch, alone, { place: place, step });
      const mix = drawMix({ mixup: 0.5, cutmix: 0.5 }, [3, 4], place, step, 3, shape);
      assert.ok(mix);
      mixImage(expected, augmentedImage(bytes, shape, batch, alone, { place: mix.partner, step }), 3, mix);
      const found = augmentedImage(bytes, shape, batch, mirrored, { place: place, step });
      assert.deepEqual(found, expected);
      if (Buffer.compare(found, augmentedImage(bytes, shape, batch, alone, { place: place, step })) !== 0)
        changed += 1;
    }
  }
  assert.ok(changed > 30, String(changed));
  const unchanged = augmentedImage(
    bytes,
    shape,
    batch,
    { ...augmentation, mixing: undefined },
    { place: 1, step: 0 },
  );
  assert.deepEqual(unchanged, bytes.slice(12, 18));
});

test('probabilities are those of the logarithms, of several networks their mean', () => {
  const [a, b] = [Float32Array.of(0, -1, -100, -0.5), Float32Array.of(-2, -0.25, 0, -3)];
  const found = meanProbabilities([a, b]);
  found.forEach((value, i) => {
    assert.ok(Math.abs(value - (Math.exp(a[i]) + Math.exp(b[i])) / 2) < 1e-7, `${i}: ${value}`);
  });
  assert.deepEqual([...meanProbabilities([a])].slice(0, 3), [1, Math.fround(Math.exp(-1)), 0]);
});

test('a row weighs what its class does, and a mixed one as much as both in their shares', () => {
  const classWeights = Float32Array.of(0.5, 2, 1, 3);
  const weightOf = (row: number) => classWeights[request.labels[request.indices[row]]];
  assert.equal(rowWeights(request), undefined);
  const plain = rowWeights({ ...request, classWeights });
  assert.deepEqual(plain, Float32Array.from(request.indices.keys(), weightOf));
  const mixing = { ...request, classWeights, augmentation };
  const weights = rowWeights(mixing) ?? new Float32Array();
  const targets = softTargets(mixing, CLASSES) ?? new Float32Array();
  const unweighed = softTargets({ ...request, augmentation }, CLASSES) ?? new Float32Array();
  let apart = 0;
  request.indices.forEach((_, row) => {
    const step = Math.floor(row / 3);
    const mix = drawMix({ mixup: 0.5, cutmix: 0.5 }, [3, 4], row % 3, 11 + step, step === 2 ? 1 : 3, shape);
    const { own, partner } = mix ?? { own: 1, partner: row % 3 };
    // The loss is own * the weighed loss of one label + (1 - own) * that of the other: so is weight * target.
    const expected = new Float64Array(CLASSES);
    expected[request.labels[request.indices[row]]] += own * weightOf(row);
    expected[request.labels[request.indices[step * 3 + partner]]] += (1 - own) * weightOf(step * 3 + partner);
    for (let j = 0; j < CLASSES; j++) {
      const found = weights[row] * targets[row * CLASSES + j];
      assert.ok(Math.abs(found - expected[j]) < 1e-6, `row ${row}, class ${j}: ${found}, not ${expected[j]}`);
    }
    if (targets[row * CLASSES] !== unweighed[row * CLASSES]) apart += 1;
  });
  assert.ok(apart > 0, 'a label of a heavier class has a larger share of the target');
  const equal = { ...mixing, classWeights: new Float32Array(4).fill(0.3) };
  assert.deepEqual(
    softTargets(equal, CLASSES),
    unweighed,
    'equal weights leave the targets alone, to the bit',
  );
});
