/**
 * 64-bit hashes of bytes, in two halves, to find copies and to order pictures by content only. Two lanes of
 * multiplications with MurmurHash3's finalizer; no protection against forgery.
 */

/** Hashes of many pictures. */
export interface Hashes {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

/** Hashes of so many pictures, none of which is known yet. */
export function makeHashes(length: number): Hashes {
  return { high: new Uint32Array(length), low: new Uint32Array(length) };
}

/** The hashes of some pictures. */
export function pickHashes({ high, low }: Hashes, indices: Uint32Array): Hashes {
  return { high: indices.map((index) => high[index]), low: indices.map((index) => low[index]) };
}

/** Uses the first 64 bits of a digest in hex as the hash. */
export function setHash({ high, low }: Hashes, index: number, digest: string): void {
  high[index] = Number.parseInt(digest.slice(0, 8), 16);
  low[index] = Number.parseInt(digest.slice(8, 16), 16);
}

/** Writes the hash of bytes to its place. */
export function hashInto({ high, low }: Hashes, index: number, bytes: Uint8Array): void {
  let a = 0x9e3779b9 ^ bytes.length;
  let b = 0x85ebca6b;
  for (let i = 0; i < bytes.length; i++) {
    const value = bytes[i];
    a = Math.imul(a ^ value, 0x01000193);
    b = Math.imul((b << 5) | (b >>> 27), 0x2c1b3c6d) ^ (value + 1);
  }
  high[index] = finalize(a ^ finalize(b));
  low[index] = finalize(b + Math.imul(a, 0x297a2d39));
}

function finalize(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
