/** A page of Chromium that gets the checkout's source as it is, without its types, and nothing else. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
/** A name of this machine, so that browsers take it for secure: only such pages have files of their own. */
const origin = 'http://source.localhost';

/** What a page may load: modules, and model files. */
const types: readonly (readonly [ending: RegExp, type: string])[] = [
  [/\.[mc]?[jt]s$/, 'text/javascript'],
  [/\.safetensors$/, 'application/octet-stream'],
];

/** The address in the page of what an import of this checkout leads to. */
export function pageAddress(specifier: string): string {
  return `/${relative(root, fileURLToPath(import.meta.resolve(specifier)))}`;
}

/** The packages of `@couture/core`: whatever of the source a page loads may lead to them. */
const corePackages: Readonly<Record<string, string>> = {
  zod: pageAddress('zod'),
  '@noble/hashes/sha2.js': pageAddress('@noble/hashes/sha2.js'),
  // What Node finds by this name is no module.
  'fastest-levenshtein': '/node_modules/fastest-levenshtein/esm/mod.js',
};

/**
 * Opens such a page.
 * @param browser or a context of it, whose pages have the same files
 * @param strays addresses that were asked for and are not in the checkout
 * @param packages where the page finds more packages by their names, as a bundler would
 */
export async function openSourcePage(
  browser: Browser | BrowserContext | undefined,
  strays: string[],
  packages: Readonly<Record<string, string>> = {},
): Promise<Page> {
  assert.ok(browser);
  // On coarser screens Plot shifts everything by half a pixel, so that lines are sharp.
  const page = await ('contexts' in browser ? browser.newPage({ deviceScaleFactor: 2 }) : browser.newPage());
  await page.route('**/*', async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/') {
      const map = JSON.stringify({ imports: { ...corePackages, ...packages } });
      const body = `<!doctype html><link rel="icon" href="data:,"><script type="importmap">${map}</script><body></body>`;
      await route.fulfill({ contentType: 'text/html', body });
      return;
    }
    const contentType = types.find(([ending]) => ending.test(pathname))?.[1];
    // A worker's address is that of the built file.
    const file = pathname.startsWith('/src/') ? pathname.replace(/\.js$/, '.ts') : pathname;
    const bytes = await readFile(join(root, file)).catch(() => undefined);
    if (bytes === undefined || contentType === undefined) {
      strays.push(pathname);
      await route.abort();
      return;
    }
    const body = file.endsWith('.ts') ? stripTypeScriptTypes(bytes.toString()) : bytes;
    await route.fulfill({ contentType, body });
  });
  await page.goto(`${origin}/`);
  return page;
}
