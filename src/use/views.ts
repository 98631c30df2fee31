/** Test-time augmentation: an image is classified several times, unchanged, moved and mirrored. */

import { CoutureError } from '../core/errors.ts';
import type { ImageShape } from '../data/image-shape.ts';

/** The views; without flip and shift only the image itself. */
export interface ViewOptions {
  /** Each view also mirrored horizontally. */
  readonly flip: boolean;
  /** Whole pixels by which the image is also moved right, left, down and up; 0 for no shift. */
  readonly shift: number;
}

/** Largest shift of a view: beyond it, the picture differs too much. */
export const MAX_VIEW_SHIFT = 2;

/** The image as it is. */
export const plainView: ViewOptions = { flip: false, shift: 0 };

/** The image moved, with black at the uncovered edge, and then mirrored. */
export interface View {
  /** Pixels to the right and down. */
  readonly right: number;
  readonly down: number;
  readonly mirrored: boolean;
}

/**
 * The views in order: unchanged; right, left, down, up; then, with flip, all of these mirrored.
 * @throws CoutureError of kind `usage` when shift is out of range
 */
export function viewsOf({ flip, shift }: ViewOptions): View[] {
  if (!Number.isInteger(shift) || shift < 0 || shift > MAX_VIEW_SHIFT)
    throw new CoutureError(
      'usage',
      `The shift of views must be a whole number of pixels from 0 to ${MAX_VIEW_SHIFT}, not ${shift}.`,
    );
  const moves = [[0, 0]];
  if (shift > 0) moves.push([shift, 0], [-shift, 0], [0, shift], [0, -shift]);
  return (flip ? [false, true] : [false]).flatMap((mirrored) =>
    moves.map(([right, down]) => ({ right, down, mirrored })),
  );
}

/** Whether a view is the image as it is. */
export function isPlain({ right, down, mirrored }: View): boolean {
  return right === 0 && down === 0 && !mirrored;
}

/** The images of a view, concatenated in a new array. */
export function drawView(
  images: Uint8Array,
  { height, width, channels }: ImageShape,
  { right, down, mirrored }: View,
): Uint8Array {
  const drawn = new Uint8Array(images.length);
  const line = width * channels;
  const size = height * line;
  for (let image = 0; image < images.length; image += size) {
    for (let y = Math.max(0, down); y < Math.min(height, height + down); y++) {
      const row = image + y * line;
      for (let x = Math.max(0, right); x < Math.min(width, width + right); x++) {
        const to = row + (mirrored ? width - 1 - x : x) * channels;
        const from = row - down * line + (x - right) * channels;
        for (let channel = 0; channel < channels; channel++) drawn[to + channel] = images[from + channel];
      }
    }
  }
  return drawn;
}
