/** A verified file of a known set, from its source to the data set. */

import type { Role } from '../../../data/registry.ts';

/** How a file was recognized: by the sum of its bytes, by the publisher's sum of the .gz, or only by its shape. */
export type Proof = 'sha256' | 'gzip-md5' | 'shape';

export interface SetFile {
  readonly role: Role;
  /** The unpacked bytes. */
  readonly content: Uint8Array<ArrayBuffer>;
  /** Of the unpacked bytes. */
  readonly sha256: string;
  readonly proof: Proof;
  /** Where it was found: `cache`, or a path or address. */
  readonly source: string;
  /** Path of its unpacked bytes in the cache; null if not cached. */
  readonly path: string | null;
}
