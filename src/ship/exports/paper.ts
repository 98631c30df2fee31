/** The color of an exported page's drawing board: the background of the training images. */

import { meanGrid, type UnlikeDescription } from '../../use/unlike.ts';

/** Red, green and blue, from 0 to 255. */
export type Paper = readonly [red: number, green: number, blue: number];

/** From this mean level on, a background is light, and a dark pen is seen on it. */
const LIGHT = 128;

/**
 * The mean color of the border of the training images, if it is light; null for dark images and those that nobody
 * described, which have a black board.
 */
export function paperOf(description: UnlikeDescription | undefined): Paper | null {
  if (description === undefined) return null;
  const { height, width, channels } = description.grid;
  const mean = meanGrid(description);
  const sums = [0, 0, 0];
  let cells = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (y > 0 && y < height - 1 && x > 0 && x < width - 1) continue;
      cells += 1;
      for (let c = 0; c < 3; c++) sums[c] += mean[(y * width + x) * channels + (channels === 3 ? c : 0)];
    }
  const [red, green, blue] = sums.map((sum) => Math.round(sum / cells));
  return (red + green + blue) / 3 >= LIGHT ? [red, green, blue] : null;
}
