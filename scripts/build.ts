/**
 * Makes what npm publishes: the source as JavaScript with its types, divided between the two packages as rooms.ts says.
 * An import from a room of `couture` into one of `@couture/core` becomes an import by that package's name.
 */

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minifySync } from 'vite';
import { roomOf } from './rooms.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const built = join(root, 'build/js');
const packages = { core: join(root, 'packages/core'), couture: join(root, 'packages/couture') } as const;

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

/** The package of a built file. `dist/cli/main.js` is of the room of `src/cli/main.ts`. */
function packageOf(path: string): keyof typeof packages {
  const room = roomOf(path.replace(/(\.d)?\.(js|ts)$/, '.ts'));
  if (room === undefined) throw new Error(`${path} is in no room of scripts/rooms.ts.`);
  return room.package;
}

/** The text of a file with its imports into the other package by that package's name. */
function divided(path: string, text: string): string {
  if (packageOf(path) === 'core') return text;
  return text.replace(
    /(\bfrom\s*|\bimport\s*\(?\s*)(['"])(\.{1,2}\/[^'"\n]+)\2/g,
    (whole, before, quote, specifier) => {
      const target = posix.join(posix.dirname(path), specifier).replace(/\.ts$/, '.js');
      if (packageOf(target) === 'couture') return whole;
      const name = target === 'index.js' ? '@couture/core' : `@couture/core/internal/${target}`;
      return `${before}${quote}${name}${quote}`;
    },
  );
}

for (const folder of [built, ...Object.values(packages).map((path) => join(path, 'dist'))])
  rmSync(folder, { recursive: true, force: true });
run('scripts/build-kernels.ts');
// Types keep their comments, which editors show; the code that runs has none.
run('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.build.json', '--emitDeclarationOnly']);
run('node_modules/typescript/bin/tsc', [
  '-p',
  'tsconfig.build.json',
  '--declaration',
  'false',
  '--removeComments',
]);
/** Takes away the declarations of the smaller package that no public one and none of the larger package leads to. */
function pruneDeclarations(): void {
  const own = join(packages.core, 'dist');
  const declarations = (folder: string) =>
    globSync('**/*.d.ts', { cwd: folder }).map((file) => join(folder, file));
  const reached = new Set<string>();
  const follow = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const [, specifier] of readFileSync(file, 'utf8').matchAll(
      /(?:\bfrom\s*|\bimport\s*\(?\s*)['"]([^'"\n]+)['"]/g,
    )) {
      const within = specifier.startsWith('.')
        ? join(dirname(file), specifier)
        : specifier.replace(/^@couture\/core(\/internal)?/, (_, inner) =>
            inner ? own : join(own, 'index.js'),
          );
      const target = within.replace(/\.[jt]s$/, '.d.ts');
      if (existsSync(target)) follow(target);
    }
  };
  for (const file of [join(own, 'index.d.ts'), ...declarations(join(packages.couture, 'dist'))]) follow(file);
  for (const file of declarations(own)) if (!reached.has(file)) rmSync(file);
}

/**
 * The smaller package goes into pages: its code is written without blanks. Names stay, so that errors can be read. The larger
 * one puts functions into reports by their text, and stays as it is.
 */
function compact(path: string, text: string): string {
  if (packageOf(path) !== 'core' || !path.endsWith('.js')) return text;
  const { code, errors } = minifySync(path, text, {
    compress: false,
    mangle: false,
    codegen: { removeWhitespace: true },
  });
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
  return code;
}

for (const path of globSync('**/*.{js,d.ts}', { cwd: built }).map((file) => file.replaceAll('\\', '/'))) {
  const target = join(packages[packageOf(path)], 'dist', path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, compact(path, divided(path, readFileSync(join(built, path), 'utf8'))));
}
// All of the smaller package is part of the larger one, under its name.
const all = "export * from '@couture/core';\n";
for (const name of ['index.js', 'index.d.ts']) writeFileSync(join(packages.couture, 'dist', name), all);
pruneDeclarations();
for (const folder of Object.values(packages))
  for (const name of ['LICENSE', 'CHANGELOG.md']) cpSync(join(root, name), join(folder, name));
cpSync(join(root, 'README.md'), join(packages.couture, 'README.md'));
rmSync(join(packages.couture, 'models'), { recursive: true, force: true });
cpSync(join(root, 'models'), join(packages.couture, 'models'), { recursive: true });
