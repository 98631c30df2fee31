/** A decoded picture: RGBA bytes. The files beside this one process them. */

import { CoutureError } from '../../core/errors.ts';

/** Pixels of a picture's longest side, and of the whole of it, beyond which it is refused. */
export const MAX_PICTURE_SIDE = 32_768;
export const MAX_PICTURE_PIXELS = 50_000_000;

/** A decoded picture. */
export interface Picture {
  /** Red, green, blue and alpha of each pixel, row by row; colors are not multiplied by alpha. */
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1 to 8, if the picture is not yet rotated; 1 by default. */
  readonly orientation?: number;
}

/** A rectangle of a picture in pixels; sides may end between pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Red, green and blue. */
export type Color = readonly [number, number, number];

/** Why sides are refused, as the end of a sentence, or undefined. */
export function refusedSides(width: number, height: number): string | undefined {
  const longest = Math.max(width, height);
  if (Math.min(width, height) >= 1 && longest <= MAX_PICTURE_SIDE && width * height <= MAX_PICTURE_PIXELS)
    return undefined;
  const [across, down, limit] = [width, height, MAX_PICTURE_SIDE].map((side) => side.toLocaleString('en-US'));
  const sides = `it is ${across} x ${down} pixels`;
  if (Math.min(width, height) < 1) return `${sides}, which is empty`;
  if (longest > MAX_PICTURE_SIDE) return `${sides}, but a side may have at most ${limit}`;
  return `${sides}, more than ${MAX_PICTURE_PIXELS / 1e6} million pixels, the limit: make it smaller`;
}

/**
 * Checks that the bytes match the sides of the picture.
 * @throws CoutureError of kind `usage`
 */
export function checkPicture({ data, width, height, orientation = 1 }: Picture): void {
  const whole = Number.isInteger(width) && Number.isInteger(height);
  const refused = whole ? refusedSides(width, height) : `its sides are ${width} and ${height}`;
  if (refused !== undefined) throw new CoutureError('usage', `The picture cannot be used: ${refused}.`);
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray))
    throw new CoutureError(
      'usage',
      'The data of a picture must be bytes: a Uint8Array or a Uint8ClampedArray.',
    );
  if (data.length !== width * height * 4)
    throw new CoutureError(
      'usage',
      `${data.length} bytes do not make a picture of ${width}x${height}: expected ${width * height * 4} bytes, with red, green, blue and alpha of each pixel.`,
    );
  if (!Number.isInteger(orientation) || orientation < 1 || orientation > 8)
    throw new CoutureError(
      'usage',
      `The orientation must be a whole number from 1 to 8, not ${orientation}.`,
    );
}
