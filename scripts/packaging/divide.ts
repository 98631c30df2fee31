/** Imports as the packages have them: of the other package by its name, of a bundled library by its file. */

import { posix } from 'node:path';
import { entries } from '../entries.ts';
import { vendorFile } from './libraries.ts';
import { packageOf } from './packages.ts';

/** An import or export with a specifier in quotes: what stands before it, the quote, and the specifier. */
const IMPORT = /(\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\2/g;

/** The entry points of the smaller package by their built files. */
const coreEntries = new Map(
  entries
    .filter(({ packages }) => packages === 'both')
    .map(({ subpath, source }) => [source.replace(/\.ts$/, '.js'), `@couture/core${subpath.slice(1)}`]),
);

/** The specifiers of a text of JavaScript or declarations. */
export function specifiersOf(text: string): string[] {
  return [...text.matchAll(IMPORT)].map(([, , , specifier]) => specifier);
}

/** The text of a built file with its imports as its package needs them. */
export function divided(path: string, text: string): string {
  const own = packageOf(path);
  return text.replace(IMPORT, (whole, before: string, quote: string, specifier: string) => {
    const changed = specifier.startsWith('.') ? acrossPackages(path, specifier) : bundled(path, specifier);
    return changed === undefined ? whole : `${before}${quote}${changed}${quote}`;
  });

  function acrossPackages(from: string, specifier: string): string | undefined {
    if (own === 'core') return undefined;
    const target = posix.join(posix.dirname(from), specifier).replace(/\.ts$/, '.js');
    if (packageOf(target) === 'couture') return undefined;
    return coreEntries.get(target) ?? `@couture/core/internal/${target}`;
  }

  function bundled(from: string, specifier: string): string | undefined {
    const file = vendorFile(own, specifier);
    if (file === undefined) return undefined;
    const relative = posix.relative(posix.dirname(from), `vendor/${file}`);
    return relative.startsWith('.') ? relative : `./${relative}`;
  }
}
