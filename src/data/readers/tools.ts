/** What a platform does better than the code that runs everywhere, handed to the readers. */

import { inflateRaw } from '../gunzip.ts';
import { type ByteSource, bytesSource } from './bytes.ts';

/** Platform services of the readers; each has a default that runs in a page. */
export interface ReaderTools {
  /**
   * Unpacks raw deflate; at most `limit` bytes come out.
   * @throws when the bytes are damaged or more would come out
   */
  readonly inflate: (bytes: Uint8Array, name: string, limit: number) => Promise<Uint8Array>;
  /** Keeps what comes out of a stream where it can be read at any place: memory, or a temporary file. */
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

/** Limits of what is read. They are far above any set that a fully connected network is trained on. */
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
  /** An archive may unpack to so many times its size, beyond the first 256 MiB. */
  ratio: 400,
} as const;
