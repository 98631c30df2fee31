/** The folder in which the code of the documentation runs. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
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
  const manifest = JSON.parse(readFileSync(join(root, 'packages/couture/package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  };
  const modules = Object.entries(manifest.exports).flatMap(([entry, target]) =>
    // A path alone is a file of data, such as package.json.
    typeof target === 'string' ? [] : [{ entry, built: target.default }],
  );
  const entries = modules.map(({ entry, built }, i) => {
    const source = built.replace('./dist/', 'src/').replace(/\.js$/, '.ts');
    return { entry, file: `./as-installed/${i}.js`, source: pathToFileURL(join(root, source)).href };
  });
  const exports = Object.fromEntries(entries.map(({ entry, file }) => [entry, file]));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'couture', type: 'module', exports }));
  mkdirSync(join(folder, 'as-installed'));
  for (const { file, source } of entries) writeFileSync(join(folder, file), `export * from '${source}';\n`);
  return folder;
}
