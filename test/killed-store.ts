/** What a killed process leaves of a store. */

import type { RunStore } from '../src/runs/store.ts';

/**
 * A store whose process is killed after so many changes: files written, files and folders removed. From then on nothing
 * changes any more. Its locks go with it.
 */
export function killedAfter(changes: number, inner: RunStore): RunStore {
  let left = changes;
  const change = (): void => {
    left -= 1;
    if (left < 0) throw new Error('killed');
  };
  return {
    paths: inner.paths,
    list: async (folder) => await inner.list(folder),
    kind: async (path) => await inner.kind(path),
    read: async (path, limit) => await inner.read(path, limit),
    readHead: async (path, length) => await inner.readHead(path, length),
    async write(path, content) {
      change();
      await inner.write(path, content);
    },
    async makeFolder(path) {
      if (left < 0) throw new Error('killed');
      await inner.makeFolder(path);
    },
    findWritable: async (path) => await inner.findWritable(path),
    claimFolder: async (path) => await inner.claimFolder(path),
    makeScratch: async () => await inner.makeScratch(),
    async remove(path) {
      change();
      await inner.remove(path);
    },
    removeTemporary: async (folder) => await inner.removeTemporary(folder),
    lock: async () => async () => {},
    lockHolder: async () => undefined,
  };
}
