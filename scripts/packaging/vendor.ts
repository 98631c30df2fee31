/** Bundles libraries into the packages, as dist/vendor/ with their licenses. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { type Library, libraries } from './libraries.ts';
import { licensesOf } from './licenses.ts';
import { folders, type PackageName, root } from './packages.ts';

/** Bundles the libraries of both packages, with their licenses. */
export async function bundleLibraries(): Promise<void> {
  for (const name of Object.keys(libraries) as PackageName[]) {
    const folder = join(folders[name], 'dist/vendor');
    mkdirSync(folder, { recursive: true });
    const modules: string[] = [];
    for (const library of libraries[name])
      writeFileSync(join(folder, library.file), await bundle(library, name, modules));
    writeFileSync(join(folder, 'LICENSES.txt'), licensesOf(modules));
  }
}

/** One library as one file; adds the modules in it to `modules`. */
async function bundle(library: Library, name: PackageName, modules: string[]): Promise<string> {
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
  modules.push(...chunk.moduleIds);
  return chunk.code;
}
