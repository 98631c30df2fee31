/** SECURITY.md says what the code does; the list of packages is whole; actions are pinned. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { bundledPackages } from '../scripts/packaging/libraries.ts';
import { readers } from '../scripts/soak/fuzz/readers.ts';
import { limitMarkdown, limitTable } from './limits.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const page = read('SECURITY.md');

test('the limits in SECURITY.md are those of the code', () => {
  const table = /<!-- limits -->\n+([\s\S]*?)\n+<!-- end -->/.exec(page)?.[1];
  assert.equal(table, limitMarkdown());
  assert.ok(limitTable.length > 20 && limitTable.every(([, most]) => /^[1-9]/.test(most)));
});

test('the links of SECURITY.md lead somewhere', () => {
  const targets = [...page.matchAll(/\]\(([^):#]+)\)/g)].map(([, target]) => target);
  assert.ok(targets.length > 0);
  for (const target of targets) assert.ok(existsSync(join(root, target)), target);
});

test('everything that SECURITY.md does not trust is fuzzed', () => {
  const wanted = [
    ...['idx', 'gzip', 'csv', 'npy', 'zip', 'tar', 'png', 'pictures', 'model files', 'checkpoints'],
    ...['config', 'run folders', 'locks', 'split files', 'downloads', 'messages'],
  ];
  const names = readers.map(({ name }) => name);
  for (const word of wanted)
    assert.ok(
      names.some((name) => name.includes(word)),
      word,
    );
  assert.equal(new Set(names).size, names.length, 'two readers have one name');
});

const component = z.object({
  name: z.string(),
  version: z.string(),
  purl: z.string().startsWith('pkg:npm/'),
  licenses: z.array(z.unknown()).min(1).optional(),
  hashes: z
    .array(z.object({ alg: z.literal('SHA-512'), content: z.string().regex(/^[0-9a-f]{128}$/) }))
    .optional(),
});
const bill = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  components: z.array(component).min(50),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
});
const packageSchema = z.object({
  dependencies: z.record(z.string(), z.string()).optional(),
  devDependencies: z.record(z.string(), z.string()).optional(),
});

test('npm run sbom lists every package that comes with Couture, by digest and license', () => {
  const out = execFileSync('npm', ['run', '--silent', 'sbom'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  const { components } = bill.parse(JSON.parse(out));
  const lock = z
    .object({
      packages: z.record(
        z.string(),
        z.object({
          version: z.string().optional(),
          dev: z.boolean().optional(),
          devOptional: z.boolean().optional(),
        }),
      ),
    })
    .parse(JSON.parse(read('package-lock.json')));
  const locked = Object.entries(lock.packages)
    // `devOptional`: for development, and by an optional peer, which does not come with Couture.
    .filter(([path, { dev, devOptional }]) => path.includes('node_modules/') && !dev && !devOptional)
    // npm marks the optional package of an optional peer, pg of pg-boss, as if Couture had it.
    .filter(([path]) => !path.endsWith('/pg-cloudflare'))
    .map(([path, { version }]) => `${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`)
    .filter((name) => !name.endsWith('@undefined'));
  const listed = new Set(components.map(({ name, version }) => `${name}@${version}`));
  assert.deepEqual(
    locked.filter((name) => !listed.has(name)),
    [],
  );
  // npm calls workspaces by their folders.
  const own = new Set(['core', 'couture', '@couture/core']);
  for (const file of ['packages/core/package.json', 'packages/couture/package.json'])
    for (const name of Object.keys(packageSchema.parse(JSON.parse(read(file))).dependencies ?? {}))
      assert.ok(own.has(name) || components.some((each) => each.name === name), `${name} of ${file}`);
  // Bundled libraries come with Couture, tools of development do not.
  const bundled = new Set(bundledPackages());
  for (const name of bundled)
    assert.ok(
      components.some((each) => each.name === name),
      name,
    );
  for (const name of Object.keys(packageSchema.parse(JSON.parse(read('package.json'))).devDependencies ?? {}))
    assert.ok(bundled.has(name) || !components.some((each) => each.name === name), name);
  for (const { name, hashes, licenses } of components.filter((each) => !own.has(each.name)))
    assert.ok(hashes !== undefined && licenses !== undefined, name);
});

test('every action of a workflow is pinned by the digest of its commit', () => {
  const uses = globSync('.github/workflows/*.{yml,yaml}', { cwd: root }).flatMap((file) =>
    [...read(file).matchAll(/^\s*-?\s*uses:\s*(\S+)/gm)].map(([, action]) => ({ file, action })),
  );
  for (const { file, action } of uses)
    assert.match(action, /^(\.\/|[^@]+@[0-9a-f]{40}$)/, `${file}: ${action}`);
});
