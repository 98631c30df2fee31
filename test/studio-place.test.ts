/** Where a person is in the Studio, as an address: what is written is read again, and what is not known is named. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Place } from '../packages/studio/src/place.ts';
import './studio-sources.ts';

const { isStep, placeFromAddress, placeToAddress, titleOf } = await import('../packages/studio/src/place.ts');

const start: Place = {
  view: 'train',
  dataPart: 'images',
  aspect: 'image',
  run: undefined,
  study: undefined,
  compared: [],
  model: undefined,
  image: undefined,
};

const textOf = (place: Partial<Place>): string =>
  decodeURIComponent(new URLSearchParams(placeToAddress({ ...start, ...place })).toString());

describe('a place of the Studio', () => {
  const places: readonly (readonly [Partial<Place>, string])[] = [
    [{ view: 'train', run: 'a', model: 'a' }, 'view=train'],
    [{ view: 'runs', run: 'folder/short' }, 'view=runs&run=folder/short'],
    [{ view: 'runs', compared: ['a', 'folder/b'] }, 'view=runs&compare=a,folder/b'],
    [{ view: 'runs', run: 'a', study: 'fashion' }, 'view=runs&study=fashion'],
    [{ view: 'data', dataPart: 'balance' }, 'view=data&part=balance'],
    [
      { view: 'understand', aspect: 'tests', model: 'folder/short' },
      'view=understand&part=tests&model=folder/short',
    ],
    [{ view: 'understand', image: { split: 'train', index: 17 } }, 'view=understand&image=train:17'],
    [{ view: 'predict', image: { split: 'test', index: 9999 } }, 'view=predict&image=9999'],
  ];
  for (const [place, text] of places)
    test(`is written as ${text}, and read again`, () => {
      assert.equal(textOf(place), text);
      const read = placeFromAddress(new URLSearchParams(text));
      assert.deepEqual(read.unknown, []);
      const full = { ...start, ...Object.fromEntries(Object.entries(read.place).filter(([, v]) => v)) };
      assert.equal(textOf(full as Place), text);
    });

  test('a view that names no part shows its first one', () => {
    assert.equal(placeFromAddress(new URLSearchParams('view=understand')).place.aspect, 'image');
    assert.equal(placeFromAddress(new URLSearchParams('view=data')).place.dataPart, 'images');
    assert.equal(placeFromAddress(new URLSearchParams('view=runs')).place.aspect, undefined);
  });

  for (const text of [
    'view=nothing',
    'part=nothing',
    'run=../../etc/passwd',
    'run=<b>',
    'run=folder/folder/a',
    'study=folder/a',
    `run=${'a'.repeat(101)}`,
    'compare=a,b,c,d,e',
    'compare=a,,b',
    'image=-1',
    'image=1e3',
    'image=validation:3',
    'model=',
  ])
    test(`does not take ${text.slice(0, 40)}`, () => {
      const { place, unknown } = placeFromAddress(new URLSearchParams(text));
      assert.deepEqual(unknown, [text]);
      assert.ok(Object.values(place).every((value) => value === undefined));
    });

  test('Back takes back what was opened, and no other change', () => {
    const runs: Place = { ...start, view: 'runs' };
    assert.ok(isStep(start, runs));
    assert.ok(isStep(runs, { ...runs, run: 'a' }));
    assert.ok(isStep({ ...runs, run: 'a' }, { ...runs, study: 'a' }));
    assert.ok(isStep({ ...start, view: 'data' }, { ...start, view: 'data', dataPart: 'audit' }));
    assert.ok(!isStep(runs, { ...runs, compared: ['a'], model: 'b', image: { split: 'test', index: 3 } }));
    assert.ok(!isStep(start, { ...start, run: 'a', aspect: 'map', dataPart: 'audit' }));
  });

  test('has a title of its own', () => {
    assert.equal(
      titleOf({ ...start, view: 'runs', study: 'fashion' }),
      'study fashion · Runs · Couture Studio',
    );
    assert.equal(titleOf({ ...start, run: 'a' }), 'Train · Couture Studio');
  });
});
