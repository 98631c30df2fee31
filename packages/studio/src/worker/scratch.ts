/** Files that are made in the store only to be handed to the person. */

import { CoutureError } from '@couture/core';
import { studioStore } from './store.ts';

/** More than any file of a run has. */
export const MOST_BYTES = 2 ** 31;

/**
 * A file of the store.
 * @throws CoutureError of kind `data` when it is missing
 */
export async function readWhole(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await (await studioStore()).read(path, MOST_BYTES);
  if (bytes === undefined) throw new CoutureError('data', `${path} is missing.`);
  return new Uint8Array(bytes);
}

/** Makes a file in a folder of its own, which is removed in any case, and gives what is in it. */
export async function throughFile(
  name: string,
  type: string,
  make: (path: string) => Promise<void>,
): Promise<{ file: Blob; name: string }> {
  const store = await studioStore();
  const folder = await store.makeScratch();
  try {
    const path = store.paths.join(folder, name);
    await make(path);
    return { file: new Blob([await readWhole(path)], { type }), name };
  } finally {
    await store.remove(folder).catch(() => {});
  }
}
