/** The names that the packages export, each with the place and the comment of its declaration. */

import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** An exported name. */
export interface Exported {
  readonly name: string;
  /** File from the root of the checkout. */
  readonly file: string;
  /** The text of its declaration, from its first line on. */
  readonly declaration: string;
  /** Its comment without the marks; undefined where there is none. */
  readonly comment: string | undefined;
}

/** Everything that a file exports, itself or from other files, by name. */
export function exportsOfFile(file: string): Map<string, Exported> {
  const text = readFileSync(root + file, 'utf8');
  const found = new Map<string, Exported>();
  const at = (specifier: string) => posix.join(posix.dirname(file), specifier);
  for (const [, specifier] of text.matchAll(/^export \* from '([^']+)';/gm))
    for (const [name, exported] of exportsOfFile(at(specifier))) found.set(name, exported);
  for (const [, names, specifier] of text.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)';/gm)) {
    const others = exportsOfFile(at(specifier));
    for (const part of names.split(',').map((each) => each.trim().replace(/^type /, ''))) {
      if (part === '') continue;
      const [original, name = original] = part.split(' as ');
      const exported = others.get(original);
      if (exported === undefined) throw new Error(`${file} exports ${original}, which ${specifier} lacks.`);
      found.set(name, exported);
    }
  }
  for (const exported of declarationsOf(file, text)) found.set(exported.name, exported);
  // `import type { X } from …; export type { X };`
  for (const [, names] of text.matchAll(/^export (?:type )?\{([^}]*)\};/gm))
    for (const name of names.split(',').map((each) => each.trim().replace(/^type /, ''))) {
      const from = new RegExp(`^import [^;]*\\b${name}\\b[^;]* from '([^']+)';`, 'm').exec(text);
      const exported = from && exportsOfFile(at(from[1])).get(name);
      if (exported) found.set(name, exported);
    }
  return found;
}

const DECLARATION =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|const|class|interface|type) (\w+)/gm;

function declarationsOf(file: string, text: string): Exported[] {
  return [...text.matchAll(DECLARATION)].map((match) => {
    const before = text.slice(0, match.index);
    const [, comment] = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(before) ?? [];
    return {
      name: match[1],
      file,
      declaration: text.slice(match.index),
      comment: comment?.replaceAll(/^\s*\*( |$)/gm, '').trim(),
    };
  });
}
