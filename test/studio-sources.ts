/**
 * In a test in Node, the Studio's imports of the packages lead to the checkout's source, as they do in its build: nothing has to be
 * built first. Import this, and then a part of the Studio by `await import`.
 */

import { registerHooks } from 'node:module';
import { importNames } from '../scripts/entries.ts';

const sources = new Map(
  importNames.map(([name, source]) => [name, new URL(`../src/${source}`, import.meta.url).href]),
);

registerHooks({
  resolve: (specifier, context, next) => next(sources.get(specifier) ?? specifier, context),
});
