/** The pixels of an augmented image, stated plainly in integers; kernels/augment.ts does the same. */

import { GRID, WORD } from '../../data/augment.ts';
import type { Mix } from '../../data/mix.ts';

/**
 * Writes the image that a record of `drawAugmentation` (src/data/augment.ts) makes of `source`: each pixel is read
 * where the record says, between four neighbors in 256ths. Pixels outside of the source and erased pixels are 0.
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
      const u = record[WORD.uByX] * x + record[WORD.uByY] * y + record[WORD.u] + pull(record, 0, x, y);
      const v = record[WORD.vByX] * x + record[WORD.vByY] * y + record[WORD.v] + pull(record, 1, x, y);
      const [left, top] = [u >> 16, v >> 16];
      const [fx, fy] = [(u >> 8) & 255, (v >> 8) & 255];
      const upper = at(left, top) * (256 - fx) + at(left + 1, top) * fx;
      const lower = at(left, top + 1) * (256 - fx) + at(left + 1, top + 1) * fx;
      const erased =
        x >= record[WORD.left] && x < record[WORD.right] && y >= record[WORD.top] && y < record[WORD.bottom];
      target[y * width + x] = erased ? 0 : (upper * (256 - fy) + lower * fy + 32_768) >> 16;
    }
  }
}

/** What the elastic grid adds to the position of the pixel at (x, y): across (`axis` 0) or down (1). */
function pull(record: Int32Array, axis: number, x: number, y: number): number {
  const [cellWidth, cellHeight] = [record[WORD.cellWidth], record[WORD.cellHeight]];
  if (cellWidth === 0) return 0;
  const column = Math.floor(x / cellWidth);
  const row = Math.floor(y / cellHeight);
  const point = (i: number, j: number): number => record[WORD.points + 2 * (j * GRID + i) + axis];
  const down = (i: number): number =>
    point(i, row) + Math.trunc((point(i, row + 1) - point(i, row)) / cellHeight) * (y - row * cellHeight);
  const [left, right] = [down(column), down(column + 1)];
  return left + Math.trunc((right - left) / cellWidth) * (x - column * cellWidth);
}

/**
 * Mixes another image into `image`, in place, as `drawMix` (src/data/mix.ts) says: in the rectangle, a pixel becomes
 * `weight` 256ths of its own and the rest of the partner's, rounded to the nearest and half up.
 */
export function mixImage(image: Uint8Array, partner: Uint8Array, width: number, mix: Mix): void {
  const { left, top, right, bottom, weight } = mix;
  for (let y = top; y < bottom; y++) {
    for (let i = y * width + left; i < y * width + right; i++)
      image[i] = (image[i] * weight + partner[i] * (256 - weight) + 128) >> 8;
  }
}
