import assert from 'node:assert/strict';
import { test } from 'node:test';
import { count, list, percent, plural, quoted } from './format.ts';

test('numbers and lists read as in prose', () => {
  assert.equal(count(12_345.4), '12,345');
  assert.equal(percent(0.8742), '87.4%');
  assert.equal(percent(1, 0), '100%');
  assert.equal(plural(1, 'image'), '1 image');
  assert.equal(plural(1200, 'image'), '1,200 images');
  assert.equal(plural(2, 'class', 'classes'), '2 classes');
  assert.equal(list([]), '');
  assert.equal(list(['a']), 'a');
  assert.equal(list(['a', 'b', 'c']), 'a, b and c');
  assert.equal(list(['a', 'b', 'c'], 3), 'a, b and c');
  assert.equal(list(['a', 'b', 'c', 'd'], 2), 'a, b and 2 more');
});

test('a word is quoted where a shell would read more than a word', () => {
  assert.equal(quoted('runs/train/a-1'), 'runs/train/a-1');
  assert.equal(quoted("my 'best' run"), "'my '\\''best'\\'' run'");
});
