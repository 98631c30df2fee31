/**
 * Checks before a release that the tag, the packages, the source and the changelog have the same version:
 * `node scripts/check-release.ts v0.1.0`.
 */

import { readFileSync } from 'node:fs';
import { COUTURE_VERSION } from '../src/core/version.ts';

const [tag = ''] = process.argv.slice(2);
const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const core = JSON.parse(read('packages/core/package.json'));
const couture = JSON.parse(read('packages/couture/package.json'));

const versions: Readonly<Record<string, string>> = {
  'src/core/version.ts': COUTURE_VERSION,
  'packages/core/package.json': core.version,
  'packages/couture/package.json': couture.version,
  'its dependency @couture/core': couture.dependencies['@couture/core'],
};
const wrong = Object.entries(versions).filter(([, version]) => `v${version}` !== tag);
for (const [place, version] of wrong)
  console.error(`The tag is ${tag}, but ${place} has version ${version}.`);
const isListed = read('CHANGELOG.md').includes(`## [${tag.slice(1)}]`);
if (!isListed)
  console.error(`CHANGELOG.md has no section [${tag.slice(1)}]. Rename the section [Unreleased].`);
if (wrong.length > 0 || !isListed) process.exitCode = 1;
