/** The packages as npm would publish them, in a folder of the caller's: built, packed, and installed by npm. */

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finish, root } from '../matrix/runtimes.ts';

/** The two archives. */
export interface Archives {
  readonly core: string;
  readonly couture: string;
}

/** Runs a command to its end; a failure shows all its output. */
export async function mustRun(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { signal } = new AbortController();
  const { code, stdout, output } = await finish(command, args, { cwd, signal });
  assert.equal(code, 0, `${command} ${args.join(' ')} ended with ${code}\n${output}`);
  return stdout;
}

/** Builds and packs both packages below `folder`. */
export async function packInto(folder: string): Promise<Archives> {
  const place = join(folder, 'packages');
  await mustRun(process.execPath, [join(root, 'scripts/build.ts'), '--out', place], root);
  const version = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).version;
  for (const name of ['core', 'couture'])
    await mustRun(
      'npm',
      ['pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder],
      join(place, name),
    );
  return {
    core: join(folder, `couture-core-${version}.tgz`),
    couture: join(folder, `couture-${version}.tgz`),
  };
}

/** Makes a project in `folder` and installs archives into it, with install scripts blocked as npm does by default. */
export async function installInto(folder: string, archives: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'package.json'),
    '{ "name": "consumer", "private": true, "type": "module" }\n',
  );
  const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  await mustRun('npm', ['install', ...flags, ...archives], folder);
}
