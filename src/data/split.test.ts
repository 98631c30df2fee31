import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyFromSeed } from '../core/philox.ts';
import { epochOrder, splitOf, splitTrainValidation } from './split.ts';

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

test('runs of different seeds hold out the same images where they share a split seed', () => {
  const of = (seed: number, splitSeed: number | null) => splitOf({ validation: 0.1, seed, splitSeed }, 300);
  assert.deepEqual(of(1, null), splitTrainValidation(300, 0.1, keyFromSeed(1)));
  assert.deepEqual(of(2, 1), of(1, null));
  assert.notDeepEqual(of(2, null), of(1, null));
});

test('each epoch has an order of its own over the same images', () => {
  const { train } = splitTrainValidation(500, 0.2, keyFromSeed(1));
  const first = epochOrder(train, keyFromSeed(1), 1);
  const second = epochOrder(train, keyFromSeed(1), 2);
  assert.notDeepEqual(first, second);
  assert.deepEqual(sorted(first), sorted(train));
  assert.deepEqual(sorted(second), sorted(train));
});
