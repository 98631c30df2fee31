/** Files from outside, read within limits. */

import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { CoutureError } from '../../../core/errors.ts';
import { errorCode, reason } from './files.ts';

/** The bytes of a file, or undefined when there is none. What is no file, such as a pipe or a device, is an error. */
export async function readLimited(path: string, limit: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    // A pipe that nobody writes into would be waited for.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const info = await file.stat();
      if (!info.isFile()) throw new CoutureError('data', `${path} is not a file.`);
      if (info.size > limit)
        throw new CoutureError('data', `${path} has ${info.size} bytes, over the limit of ${limit}.`);
      return await readOpen(file, info.size, limit, path);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof CoutureError) throw cause;
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw new CoutureError('data', `Cannot read ${path}: ${reason(cause)}.`, { cause });
  }
}

/** The first bytes of a file; undefined where there is none, or it cannot be read. */
export async function readHead(path: string, length: number): Promise<Uint8Array | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      if (!(await file.stat()).isFile()) return undefined;
      const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

/** Reads to the end, but no more than the limit, whatever the file system says of the size. */
async function readOpen(
  file: FileHandle,
  expected: number,
  limit: number,
  path: string,
): Promise<Uint8Array<ArrayBuffer>> {
  // One byte more than is said, so that the end is seen at the first try.
  let bytes = new Uint8Array(expected + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length);
    length += bytesRead;
    if (length > limit) throw new CoutureError('data', `${path} has more than ${limit} bytes, the limit.`);
    if (bytesRead === 0) return bytes.subarray(0, length);
    if (length < bytes.length) continue;
    const longer = new Uint8Array(Math.min(2 * bytes.length, limit + 1));
    longer.set(bytes);
    bytes = longer;
  }
}
