/** Services of a platform for the readers. */

import { inflateRaw } from '../gunzip.ts';
import { type ByteSource, bytesSource } from './bytes.ts';

/** Platform services of the readers; each has a default that runs in a page. */
export interface ReaderTools {
  /**
   * Unpacks raw deflate to at most `limit` bytes.
   * @throws when the bytes are damaged or the output is longer
   */
  readonly inflate: (bytes: Uint8Array, name: string, limit: number) => Promise<Uint8Array>;
  /** Stores a stream for random access, in memory or in a temporary file. */
  readonly keep: (chunks: AsyncIterable<Uint8Array>, name: string) => Promise<ByteSource>;
  readonly signal?: AbortSignal | undefined;
}

/** By the platform's own streams, in memory. */
export const defaultTools: ReaderTools = {
  inflate: (bytes, name, limit) => inflateRaw(bytes, { name, limit }),
  keep: async (chunks, name) => {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for await (const chunk of chunks) parts.push(new Uint8Array(chunk));
    return bytesSource(new Uint8Array(await new Blob(parts).arrayBuffer()), name);
  },
};

/** Limits of input, far above any data set for a fully connected network. */
export const limits = {
  /** Files of a folder or an archive. */
  entries: 2_000_000,
  /** Bytes that an archive unpacks to. */
  unpacked: 32 * 2 ** 30,
  /** Bytes of one file that has to be held: arrays, lists. */
  file: 4 * 2 ** 30 - 1,
  /** Bytes of all images of a set, prepared: they have to fit into the engine's memory. */
  pixels: 2 * 2 ** 30,
  /** Bytes of one image file. */
  image: 64 * 2 ** 20,
  /** Largest ratio of unpacked to packed size, beyond the first 256 MiB. */
  ratio: 400,
} as const;
