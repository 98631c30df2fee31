/**
 * The files of the Studio: those of the page (OPFS), or memory where the browser gives the page none, and, below `folder/`,
 * the run folders of the machine that serves the page.
 */

import { CoutureError, type Dataset } from '@couture/core';
import { MemoryStore, type RunPlatform, type RunStore } from 'couture/runs';
import { openOpfsStore, webPlatform } from 'couture/runs/web';
import { KeptLayers } from './kept-layers.ts';
import { writePatiently } from './room.ts';
import { say } from './say.ts';
import { FOLDER, servedStore } from './served.ts';

/** Where the runs of this browser are. */
export const OWN = 'runs/train';

let opened: Promise<RunStore> | undefined;

/** The store of this page. */
export async function studioStore(): Promise<RunStore> {
  opened ??= openOpfsStore('studio')
    .catch((error: unknown) => {
      if (!(error instanceof CoutureError)) throw error;
      say({ type: 'notice', text: `Runs are lost when this page is closed. ${error.message}` });
      return new MemoryStore();
    })
    .then(withFolder);
  return await opened;
}

/** The first layers of the runs of this page. */
export const keptLayers = new KeptLayers(studioStore);

/** The platform for runs on these data sets; none are needed to look at runs. */
export async function platform(datasets: readonly Dataset[] = []): Promise<RunPlatform> {
  return webPlatform({ store: await studioStore(), datasets });
}

/** A store with the served runs below `folder/`. */
function withFolder(own: RunStore): RunStore {
  const of = (path: string): RunStore =>
    own.paths.resolve(path).split('/')[0] === FOLDER ? servedStore : own;
  return {
    paths: own.paths,
    list: async (path) => await of(path).list(path),
    kind: async (path) => await of(path).kind(path),
    read: async (path, limit) => await of(path).read(path, limit),
    readHead: async (path, length) => await of(path).readHead(path, length),
    write: async (path, content) =>
      await writePatiently(path, async () => await of(path).write(path, content)),
    findWritable: async (path) => await of(path).findWritable(path),
    makeFolder: async (path) => await of(path).makeFolder(path),
    claimFolder: async (path) => await of(path).claimFolder(path),
    makeScratch: async () => await own.makeScratch(),
    remove: async (path) => await of(path).remove(path),
    removeTemporary: async (path) => await of(path).removeTemporary(path),
    lock: async (path) => await of(path).lock(path),
    lockHolder: async (path) => await of(path).lockHolder(path),
  };
}
