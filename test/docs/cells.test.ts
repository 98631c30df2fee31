/** The reader of pages with cells: what it misses would go untested in silence. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cellsOf, matches, outputsOf, programOf } from './cells.ts';
import { parseMarkdown } from './markdown.ts';

const page = parseMarkdown(
  [
    '```ts cell\nconst a = 1;\nconsole.log(a);\n```\n\n```text output\n1\n```\n',
    '```python cell\nb = 2\n```\n\n```ts\nalone();\n```\n',
    '```ts cell\nconsole.log(a + 1);\n```\n',
  ].join('\n'),
);

describe('cells', () => {
  test('belong to the program of their language, with their output', () => {
    assert.deepEqual(cellsOf(page, 'ts'), [
      { code: 'const a = 1;\nconsole.log(a);', line: 1, output: '1' },
      { code: 'console.log(a + 1);', line: 18 },
    ]);
    assert.deepEqual(cellsOf(page, 'python'), [{ code: 'b = 2', line: 10 }]);
  });

  test('an output without a cell is an error', () => {
    const stray = parseMarkdown('```ts\na\n```\n\n```text output\nb\n```');
    assert.throws(() => cellsOf(stray, 'ts'), /line 5: this output follows no cell/);
  });

  test('a program marks the end of each cell, so that its output is known', () => {
    const printed: string[] = [];
    const print = (text: unknown) => printed.push(`${String(text)}\n`);
    new Function('console', 'print', programOf(cellsOf(page, 'ts'), 'print'))({ log: print }, print);
    assert.deepEqual(outputsOf(printed.join('')), ['1', '2', '']);
  });

  test('an ellipsis stands for anything within a line, or for whole lines', () => {
    assert.ok(matches('a 1.5 b', 'a 1.5 b\n'));
    assert.ok(!matches('a 1.5 b', 'a 1x5 b'));
    assert.ok(matches('took … s', 'took 3.2 s'));
    assert.ok(!matches('took … s', 'took 3.2 min'));
    assert.ok(matches('first\n…\nlast', 'first\n1\n2\nlast'));
    assert.ok(matches('first\n…\nlast', 'first\nlast'));
    assert.ok(matches('first\n…', 'first'));
    assert.ok(matches('…\nlast', 'last') && matches('…\nlast', '1\n2\nlast'));
    assert.ok(!matches('…\nlast', '1\nat last'));
    assert.ok(!matches('first\n…\nlast', 'first\n1\n2\nend'));
    assert.ok(!matches('one line', 'one line\nand one more'));
  });
});
