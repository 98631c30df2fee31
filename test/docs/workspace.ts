/** The folder in which the code of the documentation runs. */

import { mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { entries } from '../../scripts/entries.ts';
import { root } from './pages.ts';

/**
 * A folder that looks like the checkout and keeps what is made in it: everything linked, `runs` of its own, and a
 * package.json under which `import 'couture'` finds the source.
 */
export function makeWorkspace(): string {
  const folder = mkdtempSync(join(tmpdir(), 'couture-docs-'));
  const own = new Set(['.git', 'runs', 'dist', 'build', 'package.json', 'package-lock.json']);
  for (const name of readdirSync(root)) {
    if (!own.has(name)) symlinkSync(join(root, name), join(folder, name));
  }
  const files = entries.map(({ subpath, source }, i) => {
    const file = `./as-installed/${i}.js`;
    return { subpath, file, source: pathToFileURL(join(root, 'src', source)).href };
  });
  const exports = Object.fromEntries(files.map(({ subpath, file }) => [subpath, file]));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'couture', type: 'module', exports }));
  mkdirSync(join(folder, 'as-installed'));
  for (const { file, source } of files) writeFileSync(join(folder, file), `export * from '${source}';\n`);
  return folder;
}
