import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gated, printable, printableLines } from './printable.ts';

test('a name is on one line, with controls as escapes', () => {
  assert.equal(
    printable('a\tb\nc\r\x1b[2J\u202e\u200b.png'),
    'a\\x09b\\x0ac\\x0d\\x1b[2J\\u{202e}\\u{200b}.png',
  );
});

test('text of several lines keeps its tabs and line ends, those of CSV too, but no return to a line’s beginning', () => {
  assert.equal(printableLines('a,b\r\nc\td\n'), 'a,b\r\nc\td\n');
  assert.equal(printableLines('right\rwrong\r'), 'right\\x0dwrong\\x0d');
  assert.equal(gated('x,y\r\n', false), 'x,y\r\n');
});

test('of escapes, only colors pass, and only where there are to be some', () => {
  assert.equal(gated('\x1b[1mbold\x1b[22m \x1b[2Jgone', true), '\x1b[1mbold\x1b[22m \\x1b[2Jgone');
  assert.equal(gated('\x1b[1mbold', false), '\\x1b[1mbold');
});
