/**
 * The notebook, executed from start to finish: both experiments in full, and every cell shows what the stored notebook
 * shows, to the last digit. Skipped with the reason where there is no kernel or no nbconvert.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { execute } from '../../scripts/notebook/execute.ts';
import { cellsOf, type Notebook, notebookOf, saidBy, stored } from '../../scripts/notebook/format.ts';
import { root } from '../docs/pages.ts';

test('notebooks/fashion-mnist.ipynb', { timeout: 11 * 60_000 }, async (t) => {
  const path = join(root, 'notebooks/fashion-mnist');
  const source = cellsOf(readFileSync(`${path}.md`, 'utf8'));
  const executed = await execute(notebookOf(source));
  if ('missing' in executed) {
    t.skip(executed.missing);
    return;
  }
  const kept = JSON.parse(readFileSync(`${path}.ipynb`, 'utf8')) as Notebook;
  const said = saidBy(stored(executed, source) as Notebook);
  // Cell by cell, so that a failure shows the cell that differs and not the whole notebook.
  for (const [cell, expected] of saidBy(kept).entries())
    assert.deepEqual(said[cell], expected, `code cell ${cell + 1} differs; to accept it: npm run notebook`);
  assert.equal(said.length, saidBy(kept).length);
});
