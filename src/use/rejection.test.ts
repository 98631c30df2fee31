import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { predictEach } from './predictor.ts';
import { rejectionThreshold } from './rejection.ts';

const hundred = Array.from({ length: 100 }, (_, i) => ((i * 37) % 100) / 100);

test('the threshold refuses the share asked for, the least confident images', () => {
  assert.deepEqual(rejectionThreshold(hundred, 0.02), { threshold: 0.02, refused: 2, images: 100 });
  assert.deepEqual(rejectionThreshold(hundred, 0.07), { threshold: 0.07, refused: 7, images: 100 });
  assert.equal(hundred.filter((confidence) => confidence < 0.07).length, 7);
});

test('images of the same confidence are refused together or not at all', () => {
  assert.deepEqual(rejectionThreshold([0.5, 0.5, 0.5, 0.9], 0.5), { threshold: 0.5, refused: 0, images: 4 });
  assert.deepEqual(rejectionThreshold([0.5, 0.5, 0.5, 0.9], 0.75), { threshold: 0.9, refused: 3, images: 4 });
});

test('a share of less than an image refuses none, however unlike training an image is', () => {
  assert.deepEqual(rejectionThreshold([0.4, 0.9], 0.02), { threshold: 0, refused: 0, images: 2 });
});

test('never more than the share is refused, and as many as there are without ties', () => {
  const confidences = fc.array(fc.double({ min: 0.1, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 });
  const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });
  fc.assert(
    fc.property(confidences, share, (values, asked) => {
      const { threshold, refused, images } = rejectionThreshold(values, asked);
      assert.equal(values.filter((value) => value < threshold).length, refused);
      assert.ok(refused <= asked * images + 1e-9);
      if (new Set(values).size === values.length) assert.equal(refused, Math.floor(asked * images + 1e-9));
    }),
  );
});

test('a share out of range and no images are refused', () => {
  for (const share of [0, 1, -0.1, Number.NaN])
    assert.throws(() => rejectionThreshold([0.5], share), { kind: 'usage', message: /above 0 and below 1/ });
  assert.throws(() => rejectionThreshold([], 0.1), { kind: 'usage', message: /no validation images/ });
});

test('a prediction says whether it is unknown where it is asked to', async () => {
  const predictor = {
    classNames: ['boot', 'bag'],
    logProbabilities: async (images: Uint8Array) =>
      Float32Array.from([...images].flatMap((pixel) => [Math.log(pixel / 100), Math.log(1 - pixel / 100)])),
  };
  const images = [90, 60, 45].map((pixel) => Uint8Array.of(pixel));
  const asked = await predictEach(predictor, images, 1, { unknownBelow: 0.58 });
  assert.deepEqual(
    asked.map(({ label, unknown }) => [label, unknown]),
    [
      ['boot', false],
      ['boot', false],
      ['bag', true],
    ],
  );
  const [plain] = await predictEach(predictor, images, 1);
  assert.ok(!('unknown' in plain));
  await assert.rejects(predictEach(predictor, images, 1, { unknownBelow: 58 }), {
    kind: 'usage',
    message: /unknownBelow must be a number from 0 to 1, not the number 58/,
  });
});
