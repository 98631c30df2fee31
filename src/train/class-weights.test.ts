import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classWeightsOf } from './class-weights.ts';

const labels = Uint16Array.of(0, 0, 0, 0, 0, 0, 1, 1, 3, 0, 1, 3);
/** Six of class 0, two of class 1, none of class 2, one of class 3; the last three are held out. */
const trained = Uint32Array.from({ length: 9 }, (_, i) => i);

test('without a wish all classes weigh the same', () => {
  assert.equal(classWeightsOf({ classWeights: 'none' }, labels, trained, 4), undefined);
});

test('balanced, a class weighs n / (k n_c) of the images that are trained on', () => {
  const weights = classWeightsOf({ classWeights: 'balanced' }, labels, trained, 4) ?? new Float32Array();
  assert.deepEqual(weights, Float32Array.of(9 / (3 * 6), 9 / (3 * 2), 0, 9 / 3));
  const total = trained.reduce((sum, image) => sum + weights[labels[image]], 0);
  assert.ok(Math.abs(total - 9) < 1e-6, `the mean weight of an image is 1, not ${total / 9}`);
});
