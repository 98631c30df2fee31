/** The table of entries against the package.json files that are made of it. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { entries, exportsOf } from './entries.ts';
import { roomOf } from './rooms.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

for (const name of ['core', 'couture'] as const) {
  test(`packages/${name}/package.json has the exports of scripts/entries.ts`, () => {
    const text = readFileSync(`${root}packages/${name}/package.json`, 'utf8');
    const { exports } = JSON.parse(text) as { exports: unknown };
    assert.deepEqual(exports, exportsOf(name), `Write them with: node scripts/write-exports.ts`);
  });
}

test('every entry is a file of a room of its package', () => {
  for (const { subpath, source, packages } of entries) {
    assert.ok(existsSync(`${root}src/${source}`), `${subpath}: there is no src/${source}`);
    assert.equal(roomOf(source)?.package, packages === 'both' ? 'core' : 'couture', subpath);
  }
});
