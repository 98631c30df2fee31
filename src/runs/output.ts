/** Checks output files such as a report or a model before the work that makes them. */

import { CoutureError } from '../core/errors.ts';
import type { RunPlaces } from './platform.ts';
import { ownerOf } from './run-files.ts';

/**
 * Makes the folder of a file that is to be written, and checks that it can be.
 * @throws CoutureError of kind `usage` when the file belongs to a run, also through a link; `runtime` when it
 * cannot be written
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
