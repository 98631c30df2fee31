/** Files written whole or not at all: a reader, or a machine that loses power, never sees half of one. */

import { open, readdir, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CoutureError } from '../../../core/errors.ts';
import { reason } from './system-errors.ts';

export { makeFolder } from './folders.ts';
export { errorCode, reason } from './system-errors.ts';

let serial = 0;

/**
 * Writes beside `path`, flushes to the disk, then renames over it. A link stays one: what it leads to is replaced. On
 * failure the old file stays as it was and nothing is left beside it.
 * @throws CoutureError of kind `runtime` when the file cannot be written
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  serial += 1;
  const mark = `${process.pid}-${serial}`;
  const target = await realpath(path).catch(() => path);
  const beside = join(dirname(target), `.${basename(target)}.${mark}.tmp`);
  try {
    const file = await open(beside, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, target);
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => {});
    throw new CoutureError('runtime', `Cannot write ${path}: ${reason(cause)}.`, {
      hint: 'Check that the folder can be written to and that the disk has room.',
      cause,
    });
  }
  await syncFolder(dirname(target));
}

/** Removes what writers that were killed left beside their files in a folder. Only for whoever alone writes there. */
export async function removeTemporary(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names)
    if (/^\..+\.\d+-\d+\.tmp$/.test(name)) await rm(join(folder, name), { force: true });
}

/** JSON as Couture keeps it on disk: indented, with a newline at the end. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Makes a rename last through a loss of power. Where folders cannot be flushed (Windows), nothing is lost by not doing so. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch {
    // The file itself is safe.
  }
}
