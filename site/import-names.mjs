/** A plugin of TypeDoc: modules are named as a program imports them, `couture/figures/node` and not by their file. */

import { readFileSync } from 'node:fs';
import { Converter, ReflectionKind } from 'typedoc';

const manifest = JSON.parse(
  readFileSync(new URL('../packages/couture/package.json', import.meta.url), 'utf8'),
);

/** TypeDoc's name of a module by its path from src/, and the name of the import. */
const names = new Map(
  Object.entries(manifest.exports)
    .filter(([, target]) => typeof target !== 'string')
    .map(([entry, { default: built }]) => [
      built.replace(/^\.\/dist\/(.*?)(\/index)?\.js$/, '$1'),
      entry.replace('.', manifest.name),
    ]),
);

export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
      const name = names.get(module.name);
      if (name === undefined) app.logger.warn(`The module ${module.name} is not an export of the package.`);
      else module.name = name;
    }
  });
}
