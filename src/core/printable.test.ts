import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gated, printable, printableLines } from './printable.ts';

test('plain text of any script stays as it is', () => {
  for (const text of ['shoe.jpg', 'Übergröße', '靴', 'שלום', '👩‍👧 photo'])
    assert.equal(printable(text), text);
});

test('controls, hidden characters and changes of direction become escapes', () => {
  assert.equal(printable('a\x1b[31mb\x1b]0;title\x07'), 'a\\x1b[31mb\\x1b]0;title\\x07');
  assert.equal(printable('a\nerror: no\r\tb\x7f\x9b2J'), 'a\\x0aerror: no\\x0d\\x09b\\x7f\\x9b2J');
  assert.equal(printable('gnp.\u202efdp\u2066x\u200e'), 'gnp.\\u{202e}fdp\\u{2066}x\\u{200e}');
  assert.equal(printable('a\u200bb\u2028c\ufeff'), 'a\\u{200b}b\\u{2028}c\\u{feff}');
  assert.equal(printableLines('one\n\ttwo\x1bc'), 'one\n\ttwo\\x1bc');
});

test("the last gate lets through Couture's own colors, and those alone", () => {
  const own = '\x1b[1m\x1b[31mbad\x1b[39m\x1b[22m \x1b[38;2;1;2;3;48;2;4;5;6m▀\x1b[0m\n\x1b[38;5;240m▀';
  assert.equal(gated(own, true), own);
  assert.equal(gated('\x1b[31mred', false), '\\x1b[31mred');
  for (const sequence of [
    '\x1b[2J',
    '\x1b[8mhidden',
    '\x1b[5mblink',
    '\x1b]52;c;x\x07',
    '\x1b[1;8m',
    '\x1bc',
    '\x9b31m',
  ])
    assert.doesNotMatch(gated(`a${sequence}b`, true), /\p{Cc}/u);
});

test('lines of CSV keep their ends, but no other return to the beginning of a line passes', () => {
  assert.equal(printableLines('a,b\r\nc\td\n'), 'a,b\r\nc\td\n');
  assert.equal(printableLines('right\rwrong\r'), 'right\\x0dwrong\\x0d');
  assert.equal(gated('x,y\r\n', false), 'x,y\r\n');
});
