/**
 * dist/page.js: all of `@couture/core` in one file, with its libraries, for a page without a bundler. The file is its own
 * worker: a worker that is started from `page.js#engine` or `page.js#thread` serves as the engine or as one of its threads.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { licensesOf } from './licenses.ts';
import { built, folders, root } from './packages.ts';

const ENTRY = '\0page';

const entry = `
  import { serveEngine } from './platform/web/serve-engine.js';
  import { serveThread } from './platform/web/serve-thread.js';
  export * from './index.js';
  const { hash } = new URL(import.meta.url);
  if (hash === '#engine') serveEngine();
  if (hash === '#thread') serveThread();
`;

/** The scripts of workers, and what stands for them in the one file. */
const workers: Readonly<Record<string, { readonly script: string; readonly hash: string }>> = {
  'backend.js': { script: 'engine-worker.js', hash: '#engine' },
  'threads.js': { script: 'worker.js', hash: '#thread' },
};

/** Points the addresses of workers to the one file. */
function ownWorkers(path: string, code: string): string {
  const worker = workers[path.replace(/^.*\/platform\/web\//, '')];
  if (worker === undefined || !path.includes('/platform/web/')) return code;
  const { script, hash } = worker;
  const pattern = new RegExp(`new URL\\((['"])(\\./)?${script.replace('.', '\\.')}\\1, `, 'g');
  if (code.match(pattern)?.length !== 2) throw new Error(`${path} should name ${script} twice.`);
  return code.replace(pattern, `new URL('${hash}', `);
}

const plugin: Plugin = {
  name: 'one-file',
  resolveId: (id, importer) => (id === ENTRY ? id : importer === ENTRY ? join(built, id) : undefined),
  load: (id) => (id === ENTRY ? entry : undefined),
  transform: (code, id) => ownWorkers(id.replaceAll('\\', '/'), code),
};

/** Writes dist/page.js of the larger package. */
export async function writeOneFile(): Promise<void> {
  const build = await rolldown({
    input: ENTRY,
    cwd: root,
    platform: 'browser',
    logLevel: 'warn',
    plugins: [plugin],
  });
  const { output } = await build.generate({
    format: 'esm',
    codeSplitting: false,
    // Names stay, so that errors can be read.
    minify: { mangle: { keepNames: true }, compress: { keepNames: { function: true, class: true } } },
    banner:
      '/*! Couture, https://www.npmjs.com/package/couture. Licenses of the libraries: dist/page.LICENSES.txt */',
  });
  await build.close();
  if (output.length !== 1) throw new Error(`The one file for pages became ${output.length} files.`);
  writeFileSync(join(folders.couture, 'dist/page.js'), output[0].code);
  const libraries = output[0].moduleIds.filter((id) => !id.startsWith(built));
  writeFileSync(join(folders.couture, 'dist/page.LICENSES.txt'), licensesOf(libraries));
}
