/**
 * In a test in Node, the Studio's imports of the packages lead to the checkout's source, as they do in its build: nothing has to be
 * built first. Import this, and then a part of the Studio by `await import`.
 */

import { registerHooks } from 'node:module';
import { entries } from '../scripts/entries.ts';

const sources = new Map(
  entries.flatMap(({ subpath, source, packages }) =>
    (packages === 'both' ? ['@couture/core', 'couture'] : ['couture']).map((name) => [
      `${name}${subpath.slice(1)}`,
      new URL(`../src/${source}`, import.meta.url).href,
    ]),
  ),
);

registerHooks({
  resolve: (specifier, context, next) => next(sources.get(specifier) ?? specifier, context),
});
