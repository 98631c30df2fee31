/** Makes dist/, what npm publishes: the kernels compiled, then the source as JavaScript with its types. */

import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

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

rmSync(join(root, 'dist'), { recursive: true, force: true });
run('scripts/build-kernels.ts');
run('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.build.json']);
