import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyFromSeed } from '../core/philox.ts';
import { epochOrder, splitTrainValidation } from './split.ts';

const sorted = (indices: Iterable<number>) => [...indices].sort((a, b) => a - b);

test('train and validation share nothing and leave nothing out', () => {
  const { train, validation } = splitTrainValidation(1003, 0.2, keyFromSeed(1));
  assert.deepEqual([train.length, validation.length], [802, 201]);
  assert.deepEqual(
    sorted([...train, ...validation]),
    Array.from({ length: 1003 }, (_, i) => i),
  );
  assert.deepEqual(splitTrainValidation(1003, 0.2, keyFromSeed(1)).train, train);
  assert.notDeepEqual(splitTrainValidation(1003, 0.2, keyFromSeed(2)).train, train);
});

test('each epoch has an order of its own over the same images', () => {
  const { train } = splitTrainValidation(500, 0.2, keyFromSeed(1));
  const first = epochOrder(train, keyFromSeed(1), 1);
  const second = epochOrder(train, keyFromSeed(1), 2);
  assert.notDeepEqual(first, second);
  assert.deepEqual(sorted(first), sorted(train));
  assert.deepEqual(sorted(second), sorted(train));
});
