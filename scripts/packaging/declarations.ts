/** The declarations of a package: those that its entries lead to, and no others. */

import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { entries } from '../entries.ts';
import { specifiersOf } from './divide.ts';
import { folders } from './packages.ts';

/** Removes the declarations that no entry of either package leads to. */
export function pruneDeclarations(): void {
  const reached = new Set<string>();
  for (const { source, packages } of entries)
    for (const name of packages === 'both' ? (['core', 'couture'] as const) : (['couture'] as const))
      follow(join(folders[name], 'dist', source.replace(/\.ts$/, '.d.ts')), reached);
  for (const folder of Object.values(folders))
    for (const file of globSync('dist/**/*.d.ts', { cwd: folder }).map((path) => join(folder, path)))
      if (!reached.has(file)) rmSync(file);
}

/** Adds a declaration file and all that it leads to. */
function follow(file: string, reached: Set<string>): void {
  if (reached.has(file)) return;
  if (!existsSync(file)) throw new Error(`A declaration is missing: ${file}`);
  reached.add(file);
  for (const specifier of specifiersOf(readFileSync(file, 'utf8'))) {
    const target = specifier.startsWith('.') ? join(dirname(file), specifier) : inCore(specifier);
    if (target !== undefined) follow(target.replace(/\.[jt]s$/, '.d.ts'), reached);
  }
}

/** The file of an import by the smaller package's name; undefined for other packages. */
function inCore(specifier: string): string | undefined {
  if (!specifier.startsWith('@couture/core')) return undefined;
  const subpath = specifier.slice('@couture/core'.length);
  if (subpath.startsWith('/internal/')) return join(folders.core, 'dist', subpath.slice('/internal/'.length));
  const entry = entries.find((each) => each.subpath.slice(1) === subpath);
  if (entry === undefined) throw new Error(`${specifier} is no entry of @couture/core.`);
  return join(folders.core, 'dist', entry.source);
}
