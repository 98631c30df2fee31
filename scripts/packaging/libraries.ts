/**
 * The libraries that are bundled into the packages: those in plain JavaScript, of which Couture needs a part. Installed whole
 * they are ten times as large and thirty packages more.
 */

import { readFileSync } from 'node:fs';
import type { PackageName } from './packages.ts';

/** A library: the module that is imported, its file, and what is used of it. */
export interface Library {
  readonly module: string;
  readonly file: string;
  /** Exported names; `default` for a default export; all where there are none here. */
  readonly names?: readonly string[];
}

export const libraries: Readonly<Record<PackageName, readonly Library[]>> = {
  core: [
    { module: '@noble/hashes/sha2.js', file: 'sha2.js', names: ['sha256'] },
    { module: 'fastest-levenshtein', file: 'levenshtein.js', names: ['distance'] },
    { module: 'umap-js', file: 'umap.js', names: ['UMAP'] },
  ],
  couture: [
    { module: '@observablehq/plot', file: 'plot.js' },
    { module: 'cli-table3', file: 'cli-table3.js', names: ['default'] },
    { module: 'commander', file: 'commander.js', names: ['Command', 'CommanderError', 'Option'] },
    // Installed as they are, the server's libraries take 17 MB and 60 packages.
    { module: 'fastify', file: 'fastify.js', names: ['default', 'LogController'] },
    { module: '@fastify/busboy', file: 'fastify-busboy.js', names: ['Busboy'] },
    { module: '@fastify/cors', file: 'fastify-cors.js', names: ['default'] },
    { module: '@fastify/rate-limit', file: 'fastify-rate-limit.js', names: ['default'] },
    { module: '@fastify/static', file: 'fastify-static.js', names: ['default'] },
    { module: 'fast-png', file: 'fast-png.js', names: ['encode'] },
    { module: 'linkedom', file: 'linkedom.js', names: ['parseHTML'] },
    { module: 'log-update', file: 'log-update.js', names: ['createLogUpdate'] },
    { module: 'markdown-table', file: 'markdown-table.js', names: ['markdownTable'] },
    { module: 'negotiator', file: 'negotiator.js', names: ['default'] },
    {
      module: 'prom-client',
      file: 'prom-client.js',
      names: ['Counter', 'collectDefaultMetrics', 'Gauge', 'Histogram', 'Registry'],
    },
    { module: 'wrap-ansi', file: 'wrap-ansi.js', names: ['default'] },
  ],
};

/** The file below dist/vendor/ that a package has a library in; undefined where it is installed as it is. */
export function vendorFile(name: PackageName, module: string): string | undefined {
  return libraries[name].find((library) => library.module === module)?.file;
}

/** The libraries of the Studio's page, which Vite bundles. */
function studioLibraries(): string[] {
  const manifest = readFileSync(new URL('../../packages/studio/package.json', import.meta.url), 'utf8');
  const { devDependencies } = JSON.parse(manifest) as { devDependencies: Readonly<Record<string, string>> };
  return Object.keys(devDependencies).filter((name) => name !== 'couture' && name !== '@couture/core');
}

/** The npm packages that are inside Couture's, by name: all bundled libraries, those of the Studio, and the font. */
export function bundledPackages(): string[] {
  const modules = Object.values(libraries).flatMap((each) => each.map(({ module }) => module));
  const names = modules.map((module) => module.split('/', module.startsWith('@') ? 2 : 1).join('/'));
  return [...names, ...studioLibraries(), '@expo-google-fonts/inter'];
}
