/**
 * The documentation as a site: it is built by its command, TypeDoc without a warning, every link of every page leads to a
 * file and an anchor of the site, and the search finds a page by a word.
 */

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { entries } from '../../scripts/entries.ts';
import { root } from '../docs/pages.ts';
import { findChromium, finish } from '../matrix/runtimes.ts';
import { servePages } from '../page/server.ts';

const dist = join(root, 'site/dist');
const timeout = 300_000;

describe('the site', async () => {
  const found = await findChromium();
  const skip = 'missing' in found ? found.missing : false;

  before(
    async () => {
      const { signal } = new AbortController();
      const { code, output } = await finish(process.execPath, ['scripts/site.ts'], { cwd: root, signal });
      assert.equal(code, 0, output);
      assert.doesNotMatch(output, /\[warning\]/);
    },
    { timeout },
  );

  test('has the pages and the reference of every entry', () => {
    const modules = entries.map(
      ({ subpath }) => `api/modules/${subpath.replace('.', 'couture').replaceAll('/', '_')}.html`,
    );
    const pages = ['index.html', 'docs/tutorial.html', 'docs/glossary.html', 'notebooks/fashion-mnist.html'];
    assert.ok(modules.length >= 9);
    for (const path of [...pages, ...modules]) assert.ok(existsSync(join(dist, path)), path);
  });

  test('has no link that leads nowhere', () => {
    const pages = globSync('**/*.html', { cwd: dist }).filter((page) => !page.startsWith('files/'));
    assert.ok(pages.length > 200, `${pages.length} pages`);
    const broken = pages.flatMap((page) => brokenLinks(page).map((link) => `${page}: ${link}`));
    assert.deepEqual(broken, []);
  });

  test('has a search that finds a page by a word', { skip, timeout: 60_000 }, async () => {
    assert.ok('path' in found);
    const served = await servePages({ folder: dist, isolated: false });
    const browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      await page.goto(`${served.url}index.html`);
      await page.getByRole('button', { name: 'Search' }).click();
      await page.locator('input#localsearch-input').fill('McNemar');
      await page.locator('a[href*="glossary"]', { hasText: 'Glossary' }).first().waitFor({ timeout: 20_000 });
    } finally {
      await browser.close();
      await served.close();
    }
  });
});

/** The anchors of a page, read once. */
const anchors = new Map<string, Set<string>>();
function anchorsOf(path: string): Set<string> {
  const known = anchors.get(path);
  if (known) return known;
  const text = readFileSync(join(dist, path), 'utf8');
  const found = new Set([...text.matchAll(/\b(?:id|name)="([^"]+)"/g)].map(([, id]) => decoded(id)));
  anchors.set(path, found);
  return found;
}

/** The links and sources of a page that no file, or no anchor of the file, belongs to. */
function brokenLinks(page: string): string[] {
  const text = readFileSync(join(dist, page), 'utf8').replaceAll(/<script\b.*?<\/script>/gs, '');
  const links = [...text.matchAll(/<(?:a|img|link|script)\b[^>]*?\b(?:href|src)="([^"]*)"/g)];
  return links
    .map(([, link]) => link)
    .filter((link) => !/^([a-z][a-z+.-]*:|\/\/)/i.test(link) && !leads(page, link));
}

function leads(page: string, link: string): boolean {
  const [way, anchor] = decoded(link).split('#');
  const [path] = way.split('?');
  const joined = path.startsWith('/') ? path.slice(1) : posix.join(posix.dirname(page), path);
  const target = path === '' ? page : joined === '' || joined.endsWith('/') ? `${joined}index.html` : joined;
  const file = [target, `${target}.html`].find((each) => existsSync(join(dist, each)));
  if (file === undefined) return false;
  return !anchor || !file.endsWith('.html') || anchorsOf(file).has(anchor);
}

function decoded(text: string): string {
  return decodeURIComponent(text.replaceAll('&amp;', '&'));
}
