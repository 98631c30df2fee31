/** The versions of Node that documentation and commands name are those that the packages require. */

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './pages.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const manifests = ['package.json', 'packages/core/package.json', 'packages/couture/package.json'];
const engines = manifests.map(
  (path) => (JSON.parse(read(path)) as { engines: { node: string } }).engines.node,
);
const [required] = engines.map((range) => range.replace('>=', ''));
/** A checkout brings a Node of its own, so an older one is enough to start with. */
const [, forCheckout] = /MIN_SYSTEM_NODE = (\d+)/.exec(read('scripts/prepare.mjs')) ?? [];

test('all packages require the same Node', () => {
  assert.deepEqual(new Set(engines).size, 1, engines.join());
  assert.match(
    read('packages/couture/bin/couture.js'),
    new RegExp(`: \\[${required.replace('.', ', ')}\\];`),
  );
});

test('README and documentation name that Node, or that of a checkout', () => {
  const files = ['README.md', 'CONTRIBUTING.md', 'packages/core/README.md'];
  for (const file of [...files, ...globSync('docs/**/*.md', { cwd: root })]) {
    const named = [...read(file).matchAll(/Node (\d+(?:\.\d+)?) or later/g)].map(([, version]) => version);
    for (const version of named)
      assert.ok([required, forCheckout].includes(version), `${file} names Node ${version}`);
  }
  for (const file of ['README.md', 'packages/core/README.md'])
    assert.ok(read(file).includes(`Node ${required} or later`), `${file} does not name Node ${required}`);
});

test('npm scripts run files that exist', () => {
  for (const path of manifests) {
    const { scripts = {} } = JSON.parse(read(path)) as { scripts?: Record<string, string> };
    for (const [name, command] of Object.entries(scripts))
      for (const [, file] of command.matchAll(/\bnode (?:--\S+ )*(\S+\.\w+)/g))
        assert.ok(existsSync(join(root, path, '..', file)), `${path}, script ${name}: there is no ${file}`);
  }
});
