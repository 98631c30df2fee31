/** The stored notebook is made of its source, was executed to its end, and imports what the package exports. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { entries } from '../../scripts/entries.ts';
import { cellsOf, type Notebook, notebookOf, saidBy, stored, textOf } from '../../scripts/notebook/format.ts';
import { root } from './pages.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('notebooks/fashion-mnist.ipynb', () => {
  const source = cellsOf(read('notebooks/fashion-mnist.md'));
  const notebook = JSON.parse(read('notebooks/fashion-mnist.ipynb')) as Notebook;

  test('has the cells of its source: npm run notebook makes it', () => {
    assert.ok(source.length > 20);
    assert.deepEqual(
      notebook.cells.map((cell) => ({ type: cell.cell_type, text: textOf(cell.source) })),
      source,
    );
  });

  test('was executed: every cell but the first shows something, and none shows an error', () => {
    for (const [i, outputs] of saidBy(notebook).entries())
      assert.equal(outputs.length, i === 0 ? 0 : 1, `cell ${i}`);
    const outputs = notebook.cells.flatMap((cell) => (cell.cell_type === 'code' ? cell.outputs : []));
    assert.deepEqual(
      outputs.filter(({ output_type }) => output_type === 'error'),
      [],
    );
    const figures = outputs.filter((output) => 'data' in output && 'image/png' in output.data);
    assert.ok(figures.length >= 8, `${figures.length} figures`);
  });
});

test('the import map of the notebooks has the entries of the package', () => {
  const { imports } = JSON.parse(read('notebooks/deno.json')) as { imports: Record<string, string> };
  const expected = entries.map(({ subpath, source }) => [
    subpath.replace('.', 'couture'),
    `../src/${source}`,
  ]);
  assert.deepEqual(imports, Object.fromEntries(expected));
});

describe('the file format', () => {
  const source = cellsOf('# A\n\nText.\n\n```ts\na;\nb;\n```\n\nMore.\n\n```ts\nc;\n```\n');

  test('each block of code is a cell, and so is the text between two', () => {
    assert.deepEqual(source, [
      { type: 'markdown', text: '# A\n\nText.' },
      { type: 'code', text: 'a;\nb;' },
      { type: 'markdown', text: 'More.' },
      { type: 'code', text: 'c;' },
    ]);
  });

  test('what is stored does not depend on when and where it was executed', () => {
    const empty = notebookOf(source) as Notebook;
    const figure = { 'image/png': 'aaaa', 'text/plain': 'A figure' };
    const run = (pieces: readonly string[], time: string) => ({
      cells: empty.cells.map((cell, i) => ({
        ...cell,
        metadata: { time },
        execution_count: 7,
        outputs: [
          ...pieces.map((text) => ({ output_type: 'stream', name: 'stdout', text })),
          ...(i === 3
            ? [{ output_type: 'display_data', data: figure, metadata: { 'image/png': { width: 7 } } }]
            : []),
        ],
      })),
    });
    const once = stored(run(['1\n', '2\n'], 'now') as unknown as Notebook, source);
    assert.deepEqual(stored(run(['1\n2\n'], 'later') as unknown as Notebook, source), once);
    assert.deepEqual(saidBy(once as Notebook), [['1\n2\n'], ['1\n2\n', 'A figure']]);
  });
});
