/** How Vite builds the Studio: from the checkout's source by the packages' public names, into files for any folder. */

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { importNames } from '../../scripts/entries.ts';
import { contentPolicy, coutureWorkers, firstLoad, libraryLicenses, themeModule } from './plugins.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What an import of a package leads to in a checkout. */
const alias = [
  ...importNames.map(([name, source]) => ({
    find: new RegExp(`^${name}$`),
    replacement: `${root}src/${source}`,
  })),
  { find: /^@couture\/core\/models\//, replacement: `${root}models/` },
];

/** Modules of the source do nothing by being imported, except the ones that a worker starts with. */
const treeshake = {
  moduleSideEffects: (id: string) =>
    !id.startsWith(`${root}src/`) || /platform\/web\/(engine-)?worker\.ts/.test(id),
};

const licenses = libraryLicenses();

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Every address is relative, so that the files work in any folder of any host.
  base: './',
  resolve: { alias },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [coutureWorkers(), themeModule(), contentPolicy(), firstLoad(), licenses.page],
  worker: {
    format: 'es',
    plugins: () => [coutureWorkers(), themeModule(), licenses.worker],
    rolldownOptions: { treeshake },
  },
  build: {
    target: 'es2023',
    outDir: 'dist',
    rolldownOptions: { treeshake },
    emptyOutDir: true,
    // A data URI would be a model or a worker that the content policy refuses.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
  },
});
