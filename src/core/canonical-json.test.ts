import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson } from './canonical-json.ts';

test('the order of keys does not count, at any depth; that of lists does', () => {
  assert.equal(canonicalJson({ b: [{ d: 1, c: null }], a: undefined }), '{"b":[{"c":null,"d":1}]}');
  assert.equal(canonicalJson({ a: 1, b: 2 }), canonicalJson({ b: 2, a: 1 }));
  assert.notEqual(canonicalJson([1, 2]), canonicalJson([2, 1]));
});

test('every key counts, odd ones too', () => {
  const odd = JSON.parse('{"__proto__": {"x": 1}, "2": 0, "10": 0}') as unknown;
  assert.equal(canonicalJson(odd), '{"2":0,"10":0,"__proto__":{"x":1}}');
  assert.equal(canonicalJson('text'), '"text"');
});
