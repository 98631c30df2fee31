/** The Studio's own steps of Vite's build. */

import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { licensesOf } from '../../scripts/packaging/licenses.ts';
import {
  CLASS_COLORS,
  classColor,
  colors,
  diverging,
  inDark,
  meanings,
  runColor,
} from '../../src/figures/theme.ts';
import { policyText } from '../../src/serve/policy.ts';

/** Most of JavaScript that the page loads before it can be used, gzipped. */
const MOST_BYTES = 300_000;

/** Couture's own workers are named as the built packages have them; here they are TypeScript. */
export function coutureWorkers(): Plugin {
  return {
    name: 'couture-workers',
    enforce: 'pre',
    transform(code, id) {
      if (!/[\\/]src[\\/]platform[\\/]web[\\/]/.test(id)) return null;
      return code.replaceAll(/(new URL\('\.\/[\w-]+)\.js'/g, "$1.ts'");
    },
  };
}

/**
 * The colors of the figures as a style sheet and as a module: reading them from the figures in the page would load the
 * whole drawing code with them.
 */
export function themeModule(): Plugin {
  const names = { sheet: 'virtual:couture-theme.css', module: 'virtual:couture-theme' };
  return {
    name: 'couture-theme',
    resolveId: (id) => (Object.values(names).includes(id) ? `\0${id}` : null),
    load(id) {
      if (id === `\0${names.module}`) {
        const classes = Array.from({ length: CLASS_COLORS }, (_, i) => classColor(i));
        const pairs = classes.map((color) => ({ light: color, dark: inDark(color) }));
        return `export const diverging = ${JSON.stringify(diverging)}; export const classColors = ${JSON.stringify(pairs)};`;
      }
      if (id !== `\0${names.sheet}`) return null;
      const all = { ...colors, ...meanings, run: runColor(0), 'run-2': runColor(1) };
      const rules = Object.entries(all).map(
        ([name, color]) =>
          `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}:light-dark(${color},${inDark(color)})`,
      );
      return `:root{${rules.join(';')}}`;
    },
  };
}

/** The policy in the page itself, for hosts that send no headers. */
export function contentPolicy(): Plugin {
  return {
    name: 'couture-content-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: policyText() },
        injectTo: 'head-prepend',
      },
    ],
  };
}

/**
 * The licenses of all libraries in the page and its workers, in one file beside them.
 * @returns the plugin for the page, and the one for its workers, which are built before the page is written
 */
export function libraryLicenses(): { readonly page: Plugin; readonly worker: Plugin } {
  const modules = new Set<string>();
  const collect: Plugin['generateBundle'] = (_, bundle) => {
    for (const file of Object.values(bundle))
      if (file.type === 'chunk')
        for (const id of file.moduleIds) if (/[\\/]node_modules[\\/]/.test(id)) modules.add(id.split('?')[0]);
  };
  return {
    worker: { name: 'couture-worker-licenses', generateBundle: collect },
    page: {
      name: 'couture-licenses',
      apply: 'build',
      generateBundle(...args) {
        collect.apply(this, args);
        this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source: licensesOf([...modules].sort()) });
      },
    },
  };
}

/** Prints what the page loads first, and stops the build where that is too much. */
export function firstLoad(): Plugin {
  return {
    name: 'couture-first-load',
    apply: 'build',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
      const first = new Set<string>();
      const visit = (name: string): void => {
        if (first.has(name)) return;
        first.add(name);
        for (const next of chunks.find(({ fileName }) => fileName === name)?.imports ?? []) visit(next);
      };
      for (const { isEntry, fileName } of chunks) if (isEntry) visit(fileName);
      const sizes = chunks
        .filter(({ fileName }) => first.has(fileName))
        .map(({ code }) => gzipSync(code).length);
      const total = sizes.reduce((sum, size) => sum + size, 0);
      const said = `First load: ${(total / 1000).toFixed(1)} KB of JavaScript, gzipped, in ${sizes.length} files.`;
      if (total > MOST_BYTES) this.error(`${said} At most ${MOST_BYTES / 1000} KB are allowed.`);
      this.info(said);
    },
  };
}
