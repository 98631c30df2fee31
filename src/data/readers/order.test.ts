import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compareNatural, sortClassNames } from './order.ts';

describe('natural order', () => {
  it('compares digits by value and all else by code points', () => {
    const sorted = ['', '1', '2', '10', 'B', 'a', 'a1b2', 'a1b10', 'a02', 'b', 'img9.png', 'img10.png', 'ä'];
    assert.deepEqual([...sorted].reverse().sort(compareNatural), sorted);
    assert.notEqual(compareNatural('01', '1'), 0);
  });

  it('is an order: the result does not depend on where one begins', () => {
    const name = fc.string({ unit: fc.constantFrom('0', '1', '9', 'a', 'B', '.', 'é'), maxLength: 8 });
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 12 }), (names) => {
        const once = [...names].sort(compareNatural);
        assert.deepEqual([...names].reverse().sort(compareNatural), once);
        for (let i = 1; i < once.length; i++) assert.ok(compareNatural(once[i - 1], once[i]) < 0);
      }),
    );
  });

  it('sorts class names that are numbers by value', () => {
    assert.deepEqual(sortClassNames(['10', '9', '0', '2.5']), ['0', '2.5', '9', '10']);
    assert.deepEqual(sortClassNames(['-1', '1', '0']), ['-1', '0', '1']);
    assert.deepEqual(sortClassNames(['10', '9', 'x']), ['9', '10', 'x']);
  });
});
