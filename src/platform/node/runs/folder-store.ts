/** Runs in folders of the file system. */

import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as paths from 'node:path';
import type { RunStore } from '../../../runs/store.ts';
import { claimFolder, makeFolder } from '../files/folders.ts';
import { readHead, readLimited } from '../files/read.ts';
import { findWritable, removeTemporary, writeFileAtomic } from '../files/write.ts';
import { lockHolder, lockRun } from './run-lock.ts';

/** A store of runs in folders of the file system. Its paths are file system paths, absolute or from the working directory. */
export const folderStore: RunStore = {
  paths,

  async list(folder) {
    return await readdir(folder).catch(() => []);
  },

  async kind(path) {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) return undefined;
    return found.isDirectory() ? 'folder' : 'file';
  },

  read: readLimited,
  readHead,
  write: writeFileAtomic,
  findWritable,
  makeFolder,

  claimFolder,

  async makeScratch() {
    return await mkdtemp(paths.join(tmpdir(), 'couture-'));
  },

  async remove(path) {
    await rm(path, { recursive: true, force: true });
  },

  removeTemporary,
  lock: lockRun,
  lockHolder,
};
