/** Rotates a picture upright by its EXIF orientation. */

import type { Picture } from './picture.ts';

/** The upright picture; the same object if nothing changes. */
export function upright(picture: Picture): Picture {
  const { data, width, height, orientation = 1 } = picture;
  if (orientation === 1) return picture;
  const [outWidth, outHeight] = orientation >= 5 ? [height, width] : [width, height];
  const { start, right, down } = walk(orientation, width, height);
  const turned = new Uint8Array(data.length);
  for (let y = 0, to = 0; y < outHeight; y++) {
    let from = (start + y * down) * 4;
    for (let x = 0; x < outWidth; x++, to += 4, from += right * 4) {
      turned[to] = data[from];
      turned[to + 1] = data[from + 1];
      turned[to + 2] = data[from + 2];
      turned[to + 3] = data[from + 3];
    }
  }
  return { data: turned, width: outWidth, height: outHeight };
}

/** Where the upright picture's first pixel is in the stored one, and the way to the next one right and down. */
function walk(
  orientation: number,
  width: number,
  height: number,
): { readonly start: number; readonly right: number; readonly down: number } {
  const [bottom, last] = [(height - 1) * width, height * width - 1];
  switch (orientation) {
    case 2:
      return { start: width - 1, right: -1, down: width };
    case 3:
      return { start: last, right: -1, down: -width };
    case 4:
      return { start: bottom, right: 1, down: -width };
    case 5:
      return { start: 0, right: width, down: 1 };
    case 6:
      return { start: bottom, right: -width, down: 1 };
    case 7:
      return { start: last, right: -width, down: -1 };
    case 8:
      return { start: width - 1, right: width, down: -1 };
    default:
      return { start: 0, right: 1, down: width };
  }
}
