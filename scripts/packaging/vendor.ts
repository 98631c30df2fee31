/** Bundles libraries into the packages, as dist/vendor/ with their licenses. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { type Library, libraries } from './libraries.ts';
import { folders, type PackageName, root } from './packages.ts';

/** Bundles the libraries of both packages, with their licenses. */
export async function bundleLibraries(): Promise<void> {
  for (const name of Object.keys(libraries) as PackageName[]) {
    const folder = join(folders[name], 'dist/vendor');
    mkdirSync(folder, { recursive: true });
    const owners = new Set<string>();
    for (const library of libraries[name])
      writeFileSync(join(folder, library.file), await bundle(library, name, owners));
    writeFileSync(join(folder, 'LICENSES.txt'), licenses([...owners].sort()));
  }
}

/** One library as one file; adds the folders of the packages in it to `owners`. */
async function bundle(library: Library, name: PackageName, owners: Set<string>): Promise<string> {
  const entry = `\0${library.module}`;
  const from = ` from ${JSON.stringify(library.module)};`;
  const build = await rolldown({
    input: entry,
    cwd: root,
    platform: name === 'core' || /plot|png/.test(library.file) ? 'browser' : 'node',
    logLevel: 'warn',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) =>
          id === entry
            ? `export ${library.names === undefined ? '*' : `{ ${library.names.join(', ')} }`}${from}`
            : undefined,
      },
    ],
  });
  const { output } = await build.generate({ format: 'esm', minify: true, codeSplitting: false });
  await build.close();
  const [chunk] = output;
  if (output.length !== 1) throw new Error(`${library.module} was bundled into ${output.length} files.`);
  for (const id of chunk.moduleIds) if (!id.startsWith('\0')) owners.add(packageFolder(id));
  return chunk.code;
}

/** The folder of the package that a module belongs to: the nearest package.json with a name. */
function packageFolder(id: string): string {
  for (let folder = dirname(id); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name) return folder;
  }
  throw new Error(`${id} belongs to no package.`);
}

/** The license texts of bundled packages. A package without one is an error, since we may not pass it on. */
function licenses(owners: readonly string[]): string {
  const texts = owners.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined && typeof license !== 'string') throw new Error(`${folder} has no license.`);
    const text = file === undefined ? `License: ${license}` : readFileSync(join(folder, file), 'utf8').trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return `Libraries in this folder, bundled from npm:\n\n${texts.join(`\n${'-'.repeat(72)}\n\n`)}`;
}
