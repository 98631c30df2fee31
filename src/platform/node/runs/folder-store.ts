/** Runs in folders of the file system. */

import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as paths from 'node:path';
import { CoutureError } from '../../../core/errors.ts';
import type { RunStore } from '../../../runs/store.ts';
import { errorCode, makeFolder, reason, removeTemporary, writeFileAtomic } from '../files/files.ts';
import { readHead, readLimited } from '../files/read.ts';
import { lockRun } from './run-lock.ts';

/** The file system, by its own paths. */
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
  makeFolder,

  /** mkdir is exclusive: of two processes only one gets the folder. */
  async claimFolder(path) {
    const root = paths.dirname(path);
    try {
      await mkdir(root, { recursive: true });
      await mkdir(path);
      return true;
    } catch (cause) {
      if (errorCode(cause) === 'EEXIST' && (await this.kind(root)) === 'folder') return false;
      throw new CoutureError('runtime', `Cannot make a run folder in ${root}: ${reason(cause)}.`, { cause });
    }
  },

  async makeScratch() {
    return await mkdtemp(paths.join(tmpdir(), 'couture-'));
  },

  async remove(path) {
    await rm(path, { recursive: true, force: true });
  },

  removeTemporary,
  lock: lockRun,
};
