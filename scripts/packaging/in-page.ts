/** What a page gets for entries that need Node: modules with the same names that explain what to import instead. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { entries, stubOf } from '../entries.ts';
import { folders } from './packages.ts';

/** Writes a module for each. Bundlers check names, so it has all names of the entry. */
export async function writeStubs(): Promise<void> {
  for (const { subpath, source, inPage } of entries) {
    if (inPage === undefined) continue;
    const entry = join(folders.couture, 'dist', source.replace(/\.ts$/, '.js'));
    const names = Object.keys(await import(pathToFileURL(entry).href));
    const message = `couture${subpath.slice(1)} needs Node, and this is a page. ${inPage}`;
    const path = join(folders.couture, 'dist', stubOf(subpath));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `export let ${names.join(', ')};\nthrow new Error(${JSON.stringify(message)});\n`);
  }
}
