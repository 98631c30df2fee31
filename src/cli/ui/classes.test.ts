import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classRows, shareText } from './classes.ts';

const classes = (length: number, support = 5) =>
  Array.from({ length }, (_, i) => ({
    ...{ name: `c${i}`, precision: 0.5, recall: 0.5, support },
    f1: ((i * 37) % length) / 1024,
  }));

test('every class has a row, of very many the best and the worst', () => {
  const names = (length: number): unknown[] =>
    classRows(classes(length), ({ name }) => [name]).map(([name]) => name);
  assert.deepEqual(names(3), ['c0', 'c1', 'c2']);
  assert.equal(names(60).length, 60);
  const shown = names(200);
  assert.equal(shown.length, 21);
  const f1 = new Map(classes(200).map((row) => [row.name, row.f1 * 1024]));
  assert.deepEqual(
    shown.map((name) => (String(name).startsWith('…') ? name : f1.get(String(name)))),
    [199, 198, 197, 196, 195, 194, 193, 192, 191, 190, '… 180 more', 9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
  );
});

test('a class without images has no share', () => {
  const [row] = classes(1);
  assert.equal(shareText(0.5, row), '50.00%');
  assert.equal(shareText(0.5, row, 1), '50.0%');
  assert.equal(shareText(0, { ...row, support: 0 }), '-');
});
