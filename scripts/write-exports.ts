/** Writes the ways in of scripts/entries.ts into the package.json of both packages and into the notebooks' import map. */

import { readFileSync, writeFileSync } from 'node:fs';
import { entries, exportsOf } from './entries.ts';

/** Changes one field of a JSON file of the repository. */
function set(file: string, field: string, value: unknown): void {
  const path = new URL(`../${file}`, import.meta.url);
  const content = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  writeFileSync(path, `${JSON.stringify({ ...content, [field]: value }, null, 2)}\n`);
}

for (const name of ['core', 'couture'] as const)
  set(`packages/${name}/package.json`, 'exports', exportsOf(name));
const sources = entries.map(({ subpath, source }) => [subpath.replace('.', 'couture'), `../src/${source}`]);
set('notebooks/deno.json', 'imports', Object.fromEntries(sources));
