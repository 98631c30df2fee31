/** Writes the exports of scripts/entries.ts into the package.json of both packages. */

import { readFileSync, writeFileSync } from 'node:fs';
import { exportsOf } from './entries.ts';

for (const name of ['core', 'couture'] as const) {
  const path = new URL(`../packages/${name}/package.json`, import.meta.url);
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  writeFileSync(path, `${JSON.stringify({ ...manifest, exports: exportsOf(name) }, null, 2)}\n`);
}
