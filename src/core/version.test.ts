import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as z from 'zod';
import { COUTURE_VERSION } from './version.ts';

test('the version in the source is that of every package.json', () => {
  for (const path of ['package.json', 'packages/core/package.json', 'packages/couture/package.json']) {
    const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
    assert.equal(z.object({ version: z.string() }).parse(JSON.parse(text)).version, COUTURE_VERSION, path);
  }
});
