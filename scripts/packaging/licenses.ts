/** The licenses of bundled libraries. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the package that a module belongs to: the nearest package.json with a name. */
function packageFolder(id: string): string {
  for (let folder = dirname(id); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name) return folder;
  }
  throw new Error(`${id} belongs to no package.`);
}

/**
 * The license texts of the packages that bundled modules belong to.
 * @throws Error for a package without a license, which may not be passed on
 */
export function licensesOf(modules: readonly string[]): string {
  const owners = [...new Set(modules.filter((id) => !id.startsWith('\0')).map(packageFolder))].sort();
  const texts = owners.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined && typeof license !== 'string') throw new Error(`${folder} has no license.`);
    const text = file === undefined ? `License: ${license}` : readFileSync(join(folder, file), 'utf8').trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return `Libraries from npm that are bundled here:\n\n${texts.join(`\n${'-'.repeat(72)}\n\n`)}`;
}
