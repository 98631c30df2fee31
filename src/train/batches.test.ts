import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchNorm, layerNorm, linear, logSoftmax, relu, residual, sequential } from '../model/spec.ts';
import { batchNormalized, checkBatchSize, imagesPerEpoch, stepsPerEpoch } from './batches.ts';

const plain = sequential(linear(4, 3), relu(), linear(3, 2), logSoftmax());
const layered = sequential(linear(4, 3), layerNorm(3), relu(), linear(3, 2), logSoftmax());
const batched = sequential(linear(4, 3), batchNorm(3), relu(), linear(3, 2), logSoftmax());
const within = sequential(linear(4, 3), residual(batchNorm(3), linear(3, 3)), linear(3, 2), logSoftmax());

test('batch normalization is found behind a Linear and within a residual block', () => {
  assert.deepEqual([plain, layered, batched, within].map(batchNormalized), [false, false, true, true]);
});

test('batches of one are refused where there is batch normalization', () => {
  for (const spec of [batched, within]) {
    assert.throws(() => checkBatchSize(spec, 1), {
      kind: 'usage',
      message: 'Batch normalization needs at least 2 images in a batch, but batchSize is 1.',
    });
    checkBatchSize(spec, 2);
  }
  checkBatchSize(plain, 1);
  checkBatchSize(layered, 1);
});

test('a last batch of one image is left out where there is batch normalization, and nothing else', () => {
  assert.deepEqual([imagesPerEpoch(129, batched, 64), stepsPerEpoch(129, batched, 64)], [128, 2]);
  assert.deepEqual([imagesPerEpoch(129, plain, 64), stepsPerEpoch(129, plain, 64)], [129, 3]);
  assert.deepEqual([imagesPerEpoch(130, batched, 64), stepsPerEpoch(130, batched, 64)], [130, 3]);
  assert.deepEqual([imagesPerEpoch(48_000, batched, 64), stepsPerEpoch(48_000, batched, 64)], [48_000, 750]);
});
