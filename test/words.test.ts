/** Plain English: no phrase of test/words.ts in messages, comments and documentation. */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findPhrases } from './words.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Tests may quote anything. */
const isLeftOut = (file: string): boolean => /\.test\.ts$|\.generated\.ts$/.test(file);

test('messages, comments and documentation use plain words and American spelling', () => {
  const files = globSync(
    [
      'src/**/*.ts',
      'packages/studio/**/*.{ts,tsx,html}',
      'bench/**/*.ts',
      'scripts/**/*.{ts,mjs}',
      'examples/**/*.{js,html,md}',
      'notebooks/*.md',
      'site/*.{json,mjs}',
      '.ci/run',
      'kernels/*.ts',
      'docs/*.md',
      '*.md',
      'models/*.md',
      'packages/core/README.md',
    ],
    { cwd: root },
  )
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !file.includes('node_modules'))
    .filter((file) => !isLeftOut(file));
  assert.ok(files.length > 300, `only ${files.length} files were found`);
  const found = files.flatMap((file) =>
    findPhrases(readFileSync(root + file, 'utf8')).map((fault) => `${file}: ${fault}`),
  );
  assert.deepEqual(found, []);
});

test('a phrase is found in a sentence, across lines, and not in other words', () => {
  const hits = (text: string): number => findPhrases(text).length;
  assert.equal(hits('The set could not be had.'), 1);
  assert.equal(hits(' * takes numbers by\n * commas'), 1);
  assert.equal(hits("  // a colour\n  // of one's\n  // own"), 2);
  assert.equal(hits('The file is no run, and stays.'), 1);
  assert.equal(hits('The color is gray. There is no such file. It is no longer here.'), 0);
});
