/** Files that a user asks for, such as a report or a model: looked at before the work whose result goes there. */

import { CoutureError } from '../core/errors.ts';
import type { RunPlaces } from './platform.ts';
import { ownerOf } from './run-files.ts';

/**
 * Makes the folder of a file that is to be written, and checks that it can be.
 * @throws CoutureError of kind `usage` where the file is one of those that make up a run, also by a link; `runtime` when it
 *   cannot be written
 */
export async function checkOutput({ store }: RunPlaces, path: string): Promise<void> {
  const { dirname, resolve } = store.paths;
  await store.makeFolder(dirname(path));
  const target = resolve(await store.findWritable(path));
  const owner = await ownerOf(store, target);
  if (owner === undefined) return;
  throw new CoutureError('usage', `${path} belongs to the run in ${owner}, so it was not replaced.`, {
    hint: 'Give another path.',
  });
}
