/**
 * Lists the packages that come with Couture, as CycloneDX: those that are installed with it, and those that are bundled into
 * it. Tools of development are left out.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundledPackages } from './packaging/libraries.ts';

interface Bill {
  readonly components: readonly { readonly name: string; readonly 'bom-ref': string }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
  readonly [more: string]: unknown;
}

const text = execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  encoding: 'utf8',
  maxBuffer: 2 ** 26,
  shell: process.platform === 'win32',
});
const bill = JSON.parse(text) as Bill;
const needs = new Map(bill.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
const workspace = bill.dependencies[0].dependsOn;
const bundled = new Set(bundledPackages());
// Optional peers do not come with Couture: those who want a study or a GPU in Node install them.
const manifest = readFileSync(new URL('../packages/couture/package.json', import.meta.url), 'utf8');
const { peerDependenciesMeta } = JSON.parse(manifest) as { peerDependenciesMeta: object };
const optionalPeers = new Set(Object.keys(peerDependenciesMeta));
const nameOf = (ref: string): string => ref.slice(0, ref.lastIndexOf('@'));

const reached = new Set<string>();
const follow = (ref: string): void => {
  if (reached.has(ref) || optionalPeers.has(nameOf(ref))) return;
  reached.add(ref);
  for (const next of needs.get(ref) ?? []) follow(next);
};
// The root's dependencies are the packages of the workspace, too; the Studio's libraries are those of its package.
const studio = workspace.filter((ref) => /studio@/.test(ref)).flatMap((ref) => needs.get(ref) ?? []);
for (const ref of [...workspace, ...studio])
  if (bundled.has(nameOf(ref)) || ['couture', '@couture/core'].includes(nameOf(ref))) follow(ref);

const components = bill.components.filter((each) => reached.has(each['bom-ref']));
const dependencies = bill.dependencies.filter(({ ref }) => reached.has(ref));
process.stdout.write(`${JSON.stringify({ ...bill, components, dependencies }, null, 2)}\n`);
