/** A plugin of TypeDoc: modules are named as a program imports them, `couture/figures/node` and not by their file. */

import { Converter, ReflectionKind } from 'typedoc';
import { entries } from '../scripts/entries.ts';

/** TypeDoc's name of a module, its path from src/, and the name of the import. */
const names = new Map(
  entries.map(({ subpath, source }) => [
    source.replace(/(?:\/index)?\.ts$/, ''),
    subpath.replace('.', 'couture'),
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
