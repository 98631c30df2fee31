/** Who may import whom: the rules of docs/architecture.md, held against the source; and the checker itself. */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { importNames } from '../scripts/entries.ts';
import { findViolations, importsOf } from './imports.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

test('the source keeps to the rules of docs/architecture.md', () => {
  const files = globSync('src/**/*.ts', { cwd: root }).map((file) => file.replaceAll('\\', '/'));
  assert.ok(files.length > 20, `only ${files.length} source files were found`);
  const sources = new Map(files.map((file) => [file, readFileSync(root + file, 'utf8')]));
  assert.deepEqual(findViolations(sources), []);
});

test('files are opened, and folders made, in src/platform/node/files alone', () => {
  // Everything else would wait for pipes, believe sizes, or leave half of a file.
  const allowed = new Set(
    'type FileHandle constants existsSync lstat readdir realpath rename rm rmSync stat link copyFile mkdtemp'.split(
      ' ',
    ),
  );
  const lockStart = 'src/platform/node/runs/process.ts';
  const found: string[] = [];
  for (const file of globSync('src/**/*.ts', { cwd: root }).map((path) => path.replaceAll('\\', '/'))) {
    if (file.endsWith('.test.ts') || file.startsWith('src/platform/node/files/') || file === lockStart)
      continue;
    const text = readFileSync(root + file, 'utf8');
    for (const [, names] of text.matchAll(/import ([^;]+?) from 'node:fs(?:\/promises)?'/g)) {
      const wrong = (names.match(/[\w*]+/g) ?? []).filter((name) => !allowed.has(name));
      found.push(...wrong.map((name) => `${file} imports ${name}`));
    }
  }
  assert.deepEqual(found, []);
});

test('JSON from outside is read by one reader, and what a schema says is told by one teller', () => {
  const files = globSync('src/**/*.ts', { cwd: root }).map((file) => file.replaceAll('\\', '/'));
  const holds = (pattern: RegExp) =>
    files
      .filter((file) => !file.endsWith('.test.ts') && pattern.test(readFileSync(root + file, 'utf8')))
      .sort();
  // A report's page reads what its own report wrote into it.
  assert.deepEqual(holds(/\bJSON\.parse\(/), ['src/core/json.ts', 'src/report/page/page.ts']);
  assert.deepEqual(holds(/\.issues\b/), ['src/core/check-schema.ts']);
});

test("a page's workers lead to no package, which they could not find by its name", () => {
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const { specifier, typeOnly } of importsOf(readFileSync(root + file, 'utf8'))) {
      if (typeOnly) continue;
      assert.ok(specifier.startsWith('.'), `${file} imports ${specifier}`);
      visit(posix.join(posix.dirname(file), specifier));
    }
  };
  visit('src/platform/web/worker.ts');
  assert.ok(reached.has('src/engine/wasm/executor.ts'), [...reached].join());
  visit('src/platform/web/engine-worker.ts');
  assert.ok(reached.has('src/engine/remote/host.ts'), [...reached].join());
});

test('the Studio knows the packages by their public names alone', () => {
  const names = importNames.map(([name]) => name);
  const allowed = new Set([...names, '@couture/core/models/compact.safetensors?url']);
  const { devDependencies } = JSON.parse(readFileSync(`${root}packages/studio/package.json`, 'utf8'));
  const own = Object.keys(devDependencies).filter((name) => name !== 'couture' && name !== '@couture/core');
  const isOwn = (specifier: string) =>
    own.some((name) => specifier === name || specifier.startsWith(`${name}/`));
  const files = globSync('packages/studio/src/**/*.{ts,tsx}', { cwd: root }).map((file) =>
    file.replaceAll('\\', '/'),
  );
  assert.ok(files.length > 30, `only ${files.length} files were found`);
  const wrong = files.flatMap((file) =>
    importsOf(readFileSync(root + file, 'utf8'))
      .map(({ specifier }) => specifier)
      .filter((specifier) =>
        specifier.startsWith('.')
          ? !posix.join(posix.dirname(file), specifier).startsWith('packages/studio/src/')
          : !specifier.startsWith('virtual:') && !isOwn(specifier) && !allowed.has(specifier),
      )
      .map((specifier) => `${file} imports ${specifier}`),
  );
  assert.deepEqual(wrong, []);
});

describe('the checker', () => {
  test('reads every form of import, and none from comments and strings', () => {
    const text = `
      // import '1.ts';
      /* import x from '2.ts'; */
      import './a.ts';
      import b, { c } from './b.ts';
      import type { D } from './d.ts';
      import {
        e, // './not.ts'
      } from "./e.ts";
      export { f } from './f.ts';
      export * from './g.ts';
      export const url = 'https://example.org/'; const h = await import('./h.ts');
      const text = "import './3.ts'";
      export const i = 'from ./4.ts';
    `;
    const specifiers = importsOf(text).map(({ specifier }) => specifier);
    assert.deepEqual(
      specifiers.sort(),
      'a b d e f g h'.split(' ').map((name) => `./${name}.ts`),
    );
    assert.equal(importsOf(text).find(({ specifier }) => specifier === './d.ts')?.typeOnly, true);
  });

  /** What the checker says of files given as path: the paths they import. */
  const check = (files: Record<string, string[]>) =>
    findViolations(
      new Map(
        Object.entries(files).map(([file, paths]) => [
          file,
          paths.map((path) => `import '${path}';`).join('\n'),
        ]),
      ),
    );

  test('accepts what is allowed', () => {
    const files = {
      'src/core/a.ts': ['zod'],
      'src/engine/reference/b.ts': ['../../core/a.ts'],
      'src/engine/wasm/protocol.ts': [],
      'src/engine/create.ts': ['./reference/b.ts', './wasm/protocol.ts'],
      'src/engine/create.test.ts': ['node:test', './reference/b.ts'],
      'src/train/c.ts': ['../engine/create.ts'],
      'src/platform/node/d.ts': ['node:fs', 'sharp', '../../train/c.ts', '../../engine/wasm/protocol.ts'],
      'src/cli/e.ts': ['commander', '../platform/node/d.ts'],
    };
    assert.deepEqual(check(files), []);
  });

  const wrong: readonly [string, RegExp, Record<string, string[]>][] = [
    ['node in a page', /node:fs/, { 'src/data/a.ts': ['node:fs'] }],
    ['a Node package in a page', /sharp/, { 'src/inspect/a.ts': ['sharp'] }],
    [
      'the wrong direction',
      /core must not know train/,
      { 'src/core/a.ts': ['../train/b.ts'], 'src/train/b.ts': [] },
    ],
    [
      'the platform from the loop',
      /train must not know platform\/node/,
      { 'src/train/a.ts': ['../platform/node/b.ts'], 'src/platform/node/b.ts': [] },
    ],
    [
      'a backend past its door',
      /reached through/,
      { 'src/train/a.ts': ['../engine/wasm/session.ts'], 'src/engine/wasm/session.ts': [] },
    ],
    [
      'a backend in another',
      /must not know each other/,
      { 'src/engine/wasm/a.ts': ['../reference/b.ts'], 'src/engine/reference/b.ts': [] },
    ],
    [
      'a cycle',
      /cycle/,
      { 'src/core/a.ts': ['./b.ts'], 'src/core/b.ts': ['./c.ts'], 'src/core/c.ts': ['./a.ts'] },
    ],
    ['a file that is not there', /is not there/, { 'src/core/a.ts': ['./gone.ts'] }],
    [
      'the larger package from the smaller',
      /@couture\/core must not know couture/,
      { 'src/platform/web/a.ts': ['../../figures/b.ts'], 'src/figures/b.ts': [] },
    ],
    ['an unknown part', /in no room/, { 'src/misc/a.ts': ['../core/b.ts'], 'src/core/b.ts': [] }],
    [
      'the command line as a library',
      /must not know cli/,
      { 'src/serve/a.ts': ['../cli/b.ts'], 'src/cli/b.ts': [] },
    ],
  ];
  for (const [title, message, files] of wrong) {
    test(`refuses ${title}`, () => {
      const violations = check(files);
      assert.equal(violations.length, 1, violations.join('\n'));
      assert.match(violations[0], message);
    });
  }
});
