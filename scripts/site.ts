/**
 * Builds the documentation as a site of plain files: `npm run site` writes site/dist, with the pages, a search that needs
 * no server, and the reference of the API under api/. The tools have their own folder, site/, since they are three times
 * as large as everything else that this checkout installs; the first call installs them.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COUTURE_VERSION } from '../src/core/version.ts';
import { entries } from './entries.ts';
import { sidebarOf, writePages } from './site/pages.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const site = join(root, 'site');

function run(what: string, command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: site, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  console.error(`The site was not built: ${what} ended with ${error?.message ?? `code ${status}`}.`);
  process.exit(1);
}

/** npm writes this file last, so it is newer than the lock file if everything is installed. */
const installed = join(site, 'node_modules/.package-lock.json');
const lock = join(site, 'package-lock.json');
if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs)
  run('npm ci', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);

writePages(root, join(site, 'pages'));
writeFileSync(
  join(site, 'site.json'),
  JSON.stringify({ sidebar: sidebarOf(root), version: COUTURE_VERSION }),
);
run('VitePress', process.execPath, ['node_modules/vitepress/bin/vitepress.js', 'build']);

// The entry points are those of the package.
const entryPoints = entries.map(({ source }) => join('../src', source));
writeFileSync(
  join(site, 'typedoc.entries.json'),
  JSON.stringify({ extends: ['./typedoc.json'], entryPoints }),
);
run('TypeDoc', process.execPath, ['node_modules/typedoc/bin/typedoc', '--options', 'typedoc.entries.json']);
console.log(
  'site/dist: open index.html with any static server, for example npx vite preview --outDir site/dist',
);
