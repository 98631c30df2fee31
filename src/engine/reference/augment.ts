/** The pixels of an augmented image, stated plainly in integers; kernels/augment.ts does the same. */

/**
 * Writes the image that a record of `drawAugmentation` (src/data/augment.ts) makes of `source`: each pixel from where
 * the record says, between four neighbours in 256ths; outside of the source is 0, and so is what is erased.
 */
export function augmentImage(
  source: Uint8Array,
  record: Int32Array,
  height: number,
  width: number,
  target: Uint8Array,
): void {
  const at = (x: number, y: number): number =>
    x >= 0 && x < width && y >= 0 && y < height ? source[y * width + x] : 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = record[0] * x + record[1] * y + record[2];
      const v = record[3] * x + record[4] * y + record[5];
      const [left, top] = [u >> 16, v >> 16];
      const [fx, fy] = [(u >> 8) & 255, (v >> 8) & 255];
      const upper = at(left, top) * (256 - fx) + at(left + 1, top) * fx;
      const lower = at(left, top + 1) * (256 - fx) + at(left + 1, top + 1) * fx;
      const erased = x >= record[6] && x < record[8] && y >= record[7] && y < record[9];
      target[y * width + x] = erased ? 0 : (upper * (256 - fy) + lower * fy + 32_768) >> 16;
    }
  }
}
