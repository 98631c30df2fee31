import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fold } from './fold.ts';

test('sentences are wrapped between words, with their indentation and colors', () => {
  assert.equal(fold('one two three four\n', 9), 'one two\nthree\nfour\n');
  assert.equal(fold('  one two three', 9), '  one two\n  three');
  assert.equal(fold('\u001B[1mone\u001B[22m two', 7), '\u001B[1mone\u001B[22m two');
  assert.equal(fold('a-word-that-is-longer', 9), 'a-word-that-is-longer');
});

test('tables and commands stay as they are', () => {
  for (const line of ['run  epochs  accuracy', '  npx couture evaluate small', 'npx couture report a b'])
    assert.equal(fold(line, 9), line);
});
