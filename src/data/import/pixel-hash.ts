/**
 * 64-bit hashes of images, in two halves: they tell copies from others and put images into an order that depends on
 * nothing but their pixels. Two lanes of multiplications with MurmurHash3's finalizer; no protection against forgery.
 */

/** Hashes of many images. */
export interface PixelHashes {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

/** Writes the hash of an image to its place. */
export function hashInto({ high, low }: PixelHashes, index: number, pixels: Uint8Array): void {
  let a = 0x9e3779b9 ^ pixels.length;
  let b = 0x85ebca6b;
  for (let i = 0; i < pixels.length; i++) {
    const value = pixels[i];
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
