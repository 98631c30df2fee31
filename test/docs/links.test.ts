/** Every relative link of the documentation leads somewhere, and every npm script that it names exists. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { parseMarkdown } from './markdown.ts';
import { guides, pages, root } from './pages.ts';

describe('the links of the documentation', () => {
  test('README.md is there', () => {
    assert.ok(guides.includes('README.md'));
  });

  for (const [page, { links }] of pages) {
    test(page, () => {
      const broken = links
        .filter(({ target }) => !/^[a-z][a-z+.-]*:/i.test(target))
        .filter(({ target }) => !resolves(page, target))
        .map(({ target, line }) => `${page}:${line} ${target}`);
      assert.deepEqual(broken, []);
    });
  }

  test('every npm script that is named exists', () => {
    const known = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object })
      .scripts;
    for (const page of pages.keys()) {
      for (const [, name] of readFileSync(join(root, page), 'utf8').matchAll(/\bnpm run ([a-z][\w:-]*)/g))
        assert.ok(Object.hasOwn(known, name), `${page} names the npm script ${name}`);
    }
  });
});

function resolves(page: string, target: string): boolean {
  const [path, anchor] = target.split('#');
  const file = path === '' ? join(root, page) : join(root, dirname(page), decodeURIComponent(path));
  if (!existsSync(file) || relative(root, file).startsWith('..')) return false;
  if (anchor === undefined || !file.endsWith('.md')) return true;
  return parseMarkdown(readFileSync(file, 'utf8')).anchors.has(anchor);
}
