import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CoutureError } from './errors.ts';
import { inQuotes } from './printable.ts';
import { shorten } from './shorten.ts';

test('a text that is too long loses its middle, and says how much', () => {
  assert.equal(shorten('short', 5), 'short');
  const cut = shorten(`${'a'.repeat(500)}${'z'.repeat(500)}`, 100);
  assert.match(cut, /^a{43,46} … 900 more characters … z{28,32}$/);
  assert.equal(cut.length, 100);
});

test('no message of ours echoes what it was given at length, and a list of several lines stays whole', () => {
  const echo = new CoutureError('usage', `There is no "${'x'.repeat(5000)}".`, { hint: 'y'.repeat(5000) });
  assert.ok(echo.message.length <= 1000 && (echo.hint ?? '').length <= 1000);
  assert.match(echo.message, /^There is no "x+ … \d+ more characters … x+"\.$/);
  const list = Array.from({ length: 20 }, (_, i) => `  - place ${i}: ${'why '.repeat(20)}`).join('\n');
  assert.equal(new CoutureError('data', list).message, list);
  assert.ok(new CoutureError('data', 'line\n'.repeat(5000)).message.length <= 4000);
});

test('a quoted value is printable and short', () => {
  assert.equal(inQuotes('a\x1b[2J'), '"a\\x1b[2J"');
  assert.ok(inQuotes('q'.repeat(5000)).length <= 102);
});
