/** Numbers and classes of the Studio in words. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import './studio-sources.ts';

const { count, duration, plural } = await import('../packages/studio/src/format.ts');
const { hasClassesOf, requireClassesOf } = await import('../packages/studio/src/worker/classes.ts');

describe('numbers of the Studio', () => {
  test('are grouped as the browser groups them', () => {
    for (const value of [0, 7, 999, 1000, 12_345.6, 999_999.5, 60_000_000, -1234])
      assert.equal(count(value), Math.round(value).toLocaleString('en-US'), String(value));
    assert.equal(plural(1, 'image'), '1 image');
    assert.equal(plural(1000, 'image'), '1,000 images');
  });

  test('a time that is hardly any is not called 0 s', () => {
    assert.deepEqual([0, 0.01, 0.49, 0.5, 59.4, 125, 3840].map(duration), [
      '0 s',
      'less than 1 s',
      'less than 1 s',
      '1 s',
      '59 s',
      '2 min 5 s',
      '1 h 4 min',
    ]);
  });
});

describe('the classes of a model and of a data set', () => {
  test('are the same only with the same names in the same order', () => {
    const of = (...classNames: string[]) => ({ classNames });
    assert.ok(hasClassesOf(of('a', 'b'), of('a', 'b')));
    for (const other of [of('b', 'a'), of('a'), of('a', 'b', 'c'), of('A', 'b')])
      assert.ok(!hasClassesOf(of('a', 'b'), other));
  });

  test('others are refused with both named', () => {
    assert.throws(
      () =>
        requireClassesOf(
          { name: 'compact', classNames: ['T-shirt', 'Trouser', 'Bag', 'Boot'] },
          { classNames: ['low', 'top'] },
        ),
      /compact predicts other classes \(T-shirt, Trouser, Bag, …\) than those of the images at hand \(low, top\)\./,
    );
  });
});
