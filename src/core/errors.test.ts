/** What every error of ours promises of its words. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CoutureError, prefixed } from './errors.ts';

test('words that quote something from outside hold no control characters; line ends stay', () => {
  const error = new CoutureError('data', 'a\x1b[2J: "\u202e"\nis no name.', {
    hint: 'Rename \x07\ufeff it.',
  });
  assert.equal(error.message, 'a\\x1b[2J: "\\u{202e}"\nis no name.');
  assert.equal(error.hint, 'Rename \\x07\\u{feff} it.');
  const again = prefixed('In a file', error);
  assert.ok(again instanceof CoutureError && again.message === `In a file: ${error.message}`);
  assert.equal(new CoutureError('usage', 'x').hint, undefined);
});
