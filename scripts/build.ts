/**
 * Makes what npm publishes: the source as JavaScript with its types, divided between the two packages as rooms.ts says, with
 * their libraries, models and font. entries.ts has the packages' ways in. `--out FOLDER` builds into FOLDER/core and
 * FOLDER/couture, which tests do.
 */

import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { minifySync } from 'rolldown/utils';
import { packagedModels } from '../src/runs/known-models.ts';
import { entries } from './entries.ts';
import { kernelsAreStale } from './kernels-stale.mjs';
import { moduleIsStale } from './module-stale.mjs';
import { pruneDeclarations } from './packaging/declarations.ts';
import { divided } from './packaging/divide.ts';
import { writeFonts } from './packaging/fonts.ts';
import { writeStubs } from './packaging/in-page.ts';
import { writeOneFile } from './packaging/one-file.ts';
import { built, folders, out, packageOf, root } from './packaging/packages.ts';
import { bundleLibraries } from './packaging/vendor.ts';

/** Tools write to standard error: standard output belongs to `npm pack --json` and its like. */
function run(script: string, args: readonly string[] = []): void {
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) {
    console.error(`The build stopped: ${script} failed.`);
    process.exit(1);
  }
}

/** The source as JavaScript without comments, and as declarations with the comments that editors show. */
function compile(): void {
  const tsc = ['-p', 'tsconfig.build.json', '--outDir', built];
  run('node_modules/typescript/bin/tsc', [...tsc, '--emitDeclarationOnly']);
  run('node_modules/typescript/bin/tsc', [...tsc, '--declaration', 'false', '--removeComments']);
}

/**
 * The smaller package goes into pages: its code is minified. Names of functions and classes stay, so that errors can be read.
 * The larger one puts functions into reports by their text, and stays as it is.
 */
function compact(path: string, text: string): string {
  if (packageOf(path) !== 'core' || !path.endsWith('.js')) return text;
  const { code, errors } = minifySync(path, text, {
    module: true,
    compress: { keepNames: { function: true, class: true } },
    mangle: { toplevel: false, keepNames: true },
  });
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
  return code;
}

/** Divides the compiled files between the packages. */
function divide(): void {
  for (const path of globSync('**/*.{js,d.ts}', { cwd: built }).map((file) => file.replaceAll('\\', '/'))) {
    const target = join(folders[packageOf(path)], 'dist', path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, compact(path, divided(path, readFileSync(join(built, path), 'utf8'))));
  }
  // The smaller package's entries are the larger one's as well, under its name.
  for (const { subpath, source, packages } of entries) {
    if (packages !== 'both') continue;
    for (const ending of ['.js', '.d.ts']) {
      const target = join(folders.couture, 'dist', source.replace(/\.ts$/, ending));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, `export * from '@couture/core${subpath.slice(1)}';\n`);
    }
  }
}

/** Files that are copied: licenses, the changelog, the README, and models. */
function copyFiles(): void {
  for (const [name, folder] of Object.entries(folders)) {
    for (const file of ['LICENSE', 'CHANGELOG.md']) cpSync(join(root, file), join(folder, file));
    const models = join(folder, 'models');
    rmSync(models, { recursive: true, force: true });
    for (const model of packagedModels(name as keyof typeof folders))
      for (const ending of ['.safetensors', '.md'])
        cpSync(join(root, 'models', model + ending), join(models, model + ending));
  }
  cpSync(join(root, 'README.md'), join(folders.couture, 'README.md'));
}

/** The page of the Studio, which `couture studio` serves. */
function buildStudio(): void {
  const studio = join(folders.couture, 'studio');
  run('node_modules/vite/bin/vite.js', ['build', 'packages/studio', '--outDir', studio, '--emptyOutDir']);
}

/** Makes a folder of its own for the packages, in which each finds the other. */
function preparePlace(place: string): void {
  for (const [name, folder] of Object.entries(folders))
    for (const file of ['package.json', 'README.md', 'bin']) {
      const source = join(root, 'packages', name, file);
      if (existsSync(source)) cpSync(source, join(folder, file), { recursive: true });
    }
  mkdirSync(join(place, 'node_modules/@couture'), { recursive: true });
  symlinkSync(folders.core, join(place, 'node_modules/@couture/core'), 'junction');
}

if (out !== undefined) preparePlace(out);
for (const folder of [built, ...Object.values(folders).map((path) => join(path, 'dist'))])
  rmSync(folder, { recursive: true, force: true });
if (kernelsAreStale(root)) run('scripts/build-kernels.ts');
if (moduleIsStale(root)) run('scripts/build-module.ts');
compile();
divide();
await bundleLibraries();
pruneDeclarations();
copyFiles();
buildStudio();
await writeFonts();
await writeOneFile();
await writeStubs();
