/** Bytes that can be read from any place: of a file on disk, of a Blob in a page, or in memory. */

import {
  aFunction,
  aNumber,
  aString,
  checkArguments,
  record,
  bytes as someBytes,
} from '../../core/arguments.ts';
import { CoutureError } from '../../core/errors.ts';

/** A source of known size that is read piece by piece. */
export interface ByteSource {
  /** Its name in errors: a path or a name. */
  readonly name: string;
  readonly size: number;
  /** The bytes from `start` up to `end`, which lie within the size. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** Bytes in memory; pieces are views. */
export function bytesSource(bytes: Uint8Array, name: string): ByteSource {
  checkArguments('bytesSource', { bytes: [bytes, someBytes], name: [name, aString] });
  return { name, size: bytes.length, read: async (start, end) => bytes.subarray(start, end) };
}

/** A `File` or `Blob` of a page, which the browser may keep on disk. */
export function blobSource(blob: Blob, name: string): ByteSource {
  checkArguments('blobSource', {
    blob: [blob, record({ slice: aFunction, size: aNumber }, 'a File or Blob')],
    name: [name, aString],
  });
  const read = async (start: number, end: number) =>
    new Uint8Array(await blob.slice(start, end).arrayBuffer());
  return { name, size: blob.size, read };
}

/**
 * All bytes of a source.
 * @throws CoutureError of kind `data` when there are more than `limit`
 */
export async function readAll(source: ByteSource, limit: number): Promise<Uint8Array> {
  if (source.size > limit) {
    throw new CoutureError(
      'data',
      `${source.name}: the file has ${source.size} bytes, over the limit of ${limit}.`,
    );
  }
  return await source.read(0, source.size);
}

/** Bytes per read when a file is read from beginning to end. */
export const BLOCK = 4 << 20;

/** The bytes of a source from beginning to end, `BLOCK` at a time. */
export async function* blocksOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < source.size; start += BLOCK)
    yield await source.read(start, Math.min(source.size, start + BLOCK));
}
