import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMean, nearest } from './nearest.ts';

const names = ['baseline', 'deeper'];

test('a slip of the fingers finds its word, whatever its case', () => {
  assert.equal(nearest('basline', names), 'baseline');
  assert.equal(nearest('DEEPR', names), 'deeper');
  assert.equal(didYouMean('basline', names), 'Did you mean baseline?');
});

test('what is like nothing finds nothing, and the list is told', () => {
  assert.equal(nearest('xyzzy', names), undefined);
  assert.equal(nearest('x'.repeat(1000), names), undefined);
  assert.equal(didYouMean('xyzzy', names), 'Choose from: baseline, deeper.');
});
