/** Reads files within limits. Nothing else in Couture opens a file for reading. */

import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { CoutureError } from '../../../core/errors.ts';
import { errorCode, reason } from './system-errors.ts';

/** The most that one call of the system reads. */
const MOST_AT_ONCE = 2 ** 30;

/**
 * Opens a regular file. A pipe without a writer would block, and a device may never end.
 * @param flags how to open it; for reading by default
 * @throws CoutureError of kind `data` for a folder, pipe or device; the system's error otherwise
 */
export async function openRegular(path: string, flags = constants.O_RDONLY): Promise<FileHandle> {
  const file = await open(path, flags | (constants.O_NONBLOCK ?? 0));
  try {
    if (!(await file.stat()).isFile()) throw new CoutureError('data', `${path} is not a file.`);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * The bytes of a file; undefined if it does not exist.
 * @param limit in bytes; longer files are refused before memory is allocated
 * @throws CoutureError of kind `data` when it is longer than the limit, is not a regular file, such as a pipe
 * or a device, or cannot be
 *   read
 */
export async function readLimited(path: string, limit: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const file = await openRegular(path);
    try {
      const { size } = await file.stat();
      if (size > limit)
        throw new CoutureError('data', `${path} has ${size} bytes, over the limit of ${limit}.`);
      return await readOpen(file, size, limit, path);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof CoutureError) throw cause;
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw new CoutureError('data', `Cannot read ${path}: ${reason(cause)}.`, { cause });
  }
}

/**
 * Opens a file below a folder for reading, without following any link below that folder.
 * @param names folders and, last, the file
 * @returns undefined where there is no such file, or a link on the way
 */
export async function openBelow(root: string, names: readonly string[]): Promise<FileHandle | undefined> {
  try {
    const place = join(await realpath(root), ...names);
    const file = await openRegular(place, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    // A folder on the way may be a link; the file itself was not.
    if ((await realpath(place)) === place) return file;
    await file.close();
  } catch (error) {
    if (!(error instanceof CoutureError) && errorCode(error) === undefined) throw error;
  }
  return undefined;
}

/** The first bytes of a file; undefined where there is none, or it cannot be read. */
export async function readHead(path: string, length: number): Promise<Uint8Array | undefined> {
  try {
    const file = await openRegular(path);
    try {
      return await readPiece(file, 0, length);
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

/** Bytes `start` to `end` of an open file; fewer when it ends before. */
export async function readPiece(
  file: FileHandle,
  start: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(end - start);
  let at = 0;
  while (at < bytes.length) {
    const { bytesRead } = await file.read(bytes, at, Math.min(bytes.length - at, MOST_AT_ONCE), start + at);
    if (bytesRead === 0) return bytes.slice(0, at);
    at += bytesRead;
  }
  return bytes;
}

/** Reads to the end, but no more than the limit, whatever the file system says of the size. */
async function readOpen(
  file: FileHandle,
  expected: number,
  limit: number,
  path: string,
): Promise<Uint8Array<ArrayBuffer>> {
  // One byte more than the stated size, so that the end is found in the first try.
  let bytes = new Uint8Array(expected + 1);
  let length = 0;
  for (;;) {
    const room = Math.min(bytes.length - length, MOST_AT_ONCE);
    const { bytesRead } = await file.read(bytes, length, room);
    length += bytesRead;
    if (length > limit) throw new CoutureError('data', `${path} has more than ${limit} bytes, the limit.`);
    if (bytesRead === 0) return bytes.subarray(0, length);
    if (length < bytes.length) continue;
    const longer = new Uint8Array(Math.min(2 * bytes.length, limit + 1));
    longer.set(bytes);
    bytes = longer;
  }
}
