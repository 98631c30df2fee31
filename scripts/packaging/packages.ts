/** The two packages, where they are built, and which built file belongs to which. */

import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { roomOf } from '../rooms.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

const { values } = parseArgs({ options: { out: { type: 'string' } }, strict: false });
/** A folder of its own for the packages, as tests use it. By default they are built in packages/. */
export const out = typeof values.out === 'string' ? resolve(values.out) : undefined;

/** The source as JavaScript and declarations, before it is divided. */
export const built = out === undefined ? join(root, 'build/js') : join(out, 'js');

export type PackageName = 'core' | 'couture';

/** The folders of the packages. */
export const folders: Readonly<Record<PackageName, string>> = {
  core: join(out ?? join(root, 'packages'), 'core'),
  couture: join(out ?? join(root, 'packages'), 'couture'),
};

/** The package of a built file. `dist/cli/main.js` is of the room of `src/cli/main.ts`. */
export function packageOf(path: string): PackageName {
  const room = roomOf(path.replace(/(\.d)?\.(js|ts)$/, '.ts'));
  if (room === undefined) throw new Error(`${path} is in no room of scripts/rooms.ts.`);
  return room.package;
}
