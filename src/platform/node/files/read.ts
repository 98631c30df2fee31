/** Files from outside, read within limits. */

import { type FileHandle, open } from 'node:fs/promises';
import { CoutureError } from '../../../core/errors.ts';
import { errorCode, reason } from './files.ts';

/**
 * The bytes of a file, or undefined when there is none. The limit holds for a file that grows while it is read as well.
 * @throws CoutureError of kind `data` when it is longer than the limit, no file, or cannot be read
 */
export async function readLimited(path: string, limit: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      return await readAll(file, path, limit);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof CoutureError) throw cause;
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw new CoutureError('data', `Cannot read ${path}: ${reason(cause)}.`, { cause });
  }
}

async function readAll(file: FileHandle, path: string, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const info = await file.stat();
  if (!info.isFile()) throw new CoutureError('data', `Cannot read ${path}: it is not a file.`);
  refuseOver(limit, info.size, path);
  // One byte more than it says, so that a file that has grown is seen to.
  let bytes = new Uint8Array(info.size + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
    if (bytesRead === 0) return bytes.subarray(0, length);
    length += bytesRead;
    refuseOver(limit, length, path);
    if (length < bytes.length) continue;
    const larger = new Uint8Array(Math.min(2 * length, limit + 1));
    larger.set(bytes);
    bytes = larger;
  }
}

function refuseOver(limit: number, length: number, path: string): void {
  if (length > limit)
    throw new CoutureError('data', `${path} has ${length} bytes, over the limit of ${limit}.`);
}
