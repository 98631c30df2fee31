import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  aFunction,
  aMap,
  aNumber,
  aSignal,
  aString,
  bytes,
  checkArguments,
  describe,
  either,
  type Kind,
  listOf,
  oneOf,
  optional,
  options,
  record,
} from './arguments.ts';

/** What is said of a value that does not fit; undefined where it fits. */
function said(value: unknown, wanted: Kind): string | undefined {
  try {
    checkArguments('f', { x: [value, wanted] });
    return undefined;
  } catch (error) {
    assert.ok(error instanceof Error && 'kind' in error && error.kind === 'usage', String(error));
    return error.message;
  }
}

test('a message names function, argument, what was expected and what came', () => {
  const cases: [unknown, Kind, string][] = [
    [undefined, aString, 'f: x must be a string, not undefined.'],
    [null, aNumber, 'f: x must be a number, not null.'],
    ['\u0007tall', aNumber, 'f: x must be a number, not the string "\\x07tall".'],
    [new Float64Array(2), bytes, 'f: x must be a Uint8Array, not a value of type Float64Array.'],
    [{}, aMap, 'f: x must be a Map, not a value of type Object.'],
    [{ aborted: false }, aSignal, 'f: x must be an AbortSignal, not a value of type Object.'],
    [Symbol('s'), either(aString, aNumber), 'f: x must be a string or a number, not a symbol.'],
    ['c', oneOf(['a', 'b']), 'f: x must be one of "a", "b", not the string "c".'],
    [[1, '2'], listOf(aNumber), 'f: x[1] must be a number, not the string "2".'],
    [{ a: { b: 1 } }, record({ a: record({ b: aString }) }), 'f: x.a.b must be a string, not the number 1.'],
    [{ b: 1 }, options({ a: aNumber }), 'f: x has no "b": it may have a.'],
    [{ a: 'no' }, options({ a: aNumber }), 'f: x.a must be a number, not the string "no".'],
    [null, options({ a: aNumber }), 'f: x must be an object of options, not null.'],
  ];
  for (const [value, wanted, message] of cases) assert.equal(said(value, wanted), message);
});

test('what fits passes, what is optional may be left out, and classes are told by their names', () => {
  class Seen {}
  assert.equal(said(new Uint8Array(1), bytes), undefined);
  assert.equal(said(undefined, optional(aFunction)), undefined);
  assert.equal(said({ a: 1, more: 2 }, record({ a: aNumber })), undefined);
  assert.equal(said(undefined, options({})), undefined);
  assert.equal(said(new AbortController().signal, aSignal), undefined);
  assert.equal(describe(new Seen()), 'a value of type Seen');
  assert.equal(describe(Object.create(null)), 'a value of type Object');
  assert.ok(describe('x'.repeat(1000)).length < 100);
});
