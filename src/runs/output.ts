/** Checks output files such as a report or a model before the work that makes them. */

import { CoutureError } from '../core/errors.ts';
import { list } from '../core/format.ts';
import type { RunPlaces } from './platform.ts';
import { ownerOf } from './run-files.ts';

/**
 * Makes the folder of a file that is to be written, and checks that it can be.
 * @param sources paths of the files that it is made from
 * @throws CoutureError of kind `usage` when the file belongs to a run or is one of the sources, also through a link; `runtime`
 * when it cannot be written
 */
export async function checkOutput(
  { store }: RunPlaces,
  path: string,
  sources: readonly string[] = [],
): Promise<void> {
  const { dirname, resolve } = store.paths;
  await store.makeFolder(dirname(path));
  const target = resolve(await store.findWritable(path));
  for (const source of sources) {
    // A folder that nothing can be written into may be read from.
    const place = resolve(await store.findWritable(source).catch(() => source));
    if (place !== target) continue;
    throw new CoutureError('usage', `${path} is the file that is read, so it was not replaced.`, {
      hint: 'Give another path.',
    });
  }
  const owner = await ownerOf(store, target);
  if (owner === undefined) return;
  throw new CoutureError('usage', `${path} belongs to the run in ${owner}, so it was not replaced.`, {
    hint: 'Give another path.',
  });
}

/** A file that is to be written. */
export interface OutputFile {
  readonly path: string;
  readonly content: Uint8Array;
}

/**
 * Checks that no file with other contents is replaced: it may be a file of the user, or one that the user changed.
 * @throws CoutureError of kind `usage` naming these files
 */
export async function checkReplaced({ store }: RunPlaces, files: readonly OutputFile[]): Promise<void> {
  const others: string[] = [];
  for (const { path, content } of files) {
    if ((await store.kind(path)) === undefined) continue;
    const there = await store.readHead(path, content.length + 1);
    if (there === undefined || !isSame(there, content)) others.push(path);
  }
  if (others.length === 0) return;
  const [verb, these] = others.length === 1 ? ['exists', 'it'] : ['exist', 'them'];
  throw new CoutureError(
    'usage',
    `${list(others)} ${verb} already with other contents, so nothing was written.`,
    { hint: `Give another folder, or replace ${these} with --overwrite.` },
  );
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
