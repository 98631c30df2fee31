/** A store of its own with the same files. */

import { MemoryStore } from '../src/runs/memory-store.ts';
import type { RunStore } from '../src/runs/store.ts';

/** Longest file of a test. */
const LIMIT = 1e8;

/** Paths of all files in a folder and below it, in order. */
export async function filesIn(store: RunStore, folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const name of await store.list(folder)) {
    const path = store.paths.join(folder, name);
    if ((await store.kind(path)) === 'file') files.push(path);
    else files.push(...(await filesIn(store, path)));
  }
  return files.sort();
}

/** The bytes of a file that is there. */
export async function bytesOf(store: RunStore, path: string): Promise<Uint8Array> {
  const bytes = await store.read(path, LIMIT);
  if (bytes === undefined) throw new Error(`${path} is missing`);
  return bytes;
}

/** A copy in memory, in which one file may have other bytes. */
export async function copiedStore(
  store: RunStore,
  folder: string,
  changed?: { readonly path: string; readonly bytes: Uint8Array },
): Promise<MemoryStore> {
  const copy = new MemoryStore();
  for (const path of await filesIn(store, folder)) {
    await copy.makeFolder(copy.paths.dirname(path));
    await copy.write(path, path === changed?.path ? changed.bytes : await bytesOf(store, path));
  }
  return copy;
}
