import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMean, nearest } from './nearest.ts';

const names = ['baseline', 'deeper'];

test('a slip of the fingers finds its word, whatever its case', () => {
  assert.equal(nearest('basline', names), 'baseline');
  assert.equal(nearest('DEEPR', names), 'deeper');
  assert.equal(didYouMean('basline', names), 'Did you mean baseline?');
});

test('a short word is not taken for another', () => {
  assert.equal(nearest('foo', ['zoom', 'flip']), undefined);
  assert.equal(nearest('lr', ['swa', 'zca']), undefined);
  assert.equal(nearest('zom', ['zoom', 'flip']), 'zoom');
  assert.equal(nearest('gte', ['set', 'get']), 'get', 'two letters in the wrong order');
});

test('beside a sentence with the candidates, no hint repeats them', () => {
  assert.equal(didYouMean('xyzzy', names, { listed: true }), undefined);
  assert.equal(didYouMean('basline', names, { listed: true }), 'Did you mean baseline?');
});

test('what is like nothing finds nothing, and the list is told', () => {
  assert.equal(nearest('xyzzy', names), undefined);
  assert.equal(nearest('x'.repeat(1000), names), undefined);
  assert.equal(didYouMean('xyzzy', names), 'Choose from: baseline, deeper.');
});
