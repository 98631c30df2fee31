/** No page is longer than a reader keeps in view: details belong on a page of their own. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pages, root } from './pages.ts';

const MOST_LINES = 300;

test(`no page has more than ${MOST_LINES} lines`, () => {
  // The source of the notebook is read cell by cell.
  const long = [...pages.keys()]
    .filter((page) => !page.startsWith('notebooks/'))
    .map((page) => ({ page, lines: readFileSync(join(root, page), 'utf8').trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > MOST_LINES);
  assert.deepEqual(long, []);
});
