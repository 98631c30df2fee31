import assert from 'node:assert/strict';
import { test } from 'node:test';
import { count, list, numberText, percent, plural, points, probabilityText, quoted } from './format.ts';

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

test('whole numbers are exact, others have 4 digits', () => {
  const numbers = [1024, -65_536, 1_234_567, 0, 0.1 + 0.2, 0.00123456, 12_345.6, 1.23456e-7];
  const texts = ['1024', '-65536', '1234567', '0', '0.3', '0.001235', '12350', '1.235e-7'];
  assert.deepEqual(numbers.map(numberText), texts);
});

test('a share below 1 is never written as 100%', () => {
  const shares = [0.9994, 0.99951, 0.99997, 1];
  assert.deepEqual(
    shares.map((share) => percent(share)),
    ['99.9%', '>99.9%', '>99.9%', '100.0%'],
  );
  assert.deepEqual([percent(0.996, 0), percent(0.99999, 2), percent(1, 0)], ['>99%', '>99.99%', '100%']);
  assert.deepEqual([probabilityText(1), probabilityText(0.25, 0)], ['>99.9%', '25%']);
});

test('a difference in points does not depend on the last bits', () => {
  assert.deepEqual(
    [0.8757 - 0.8702, 55 / 10_000, -0.0168, 0].map((value) => points(value)),
    ['0.6', '0.6', '1.7', '0.0'],
  );
});

test('a word is quoted where a shell would read more than a word', () => {
  assert.equal(quoted('runs/train/a-1'), 'runs/train/a-1');
  assert.equal(quoted("my 'best' run"), "'my '\\''best'\\'' run'");
});
