/** Images as PNG data URIs: their bytes, signed values on the diverging scale, and magnitudes in grays. */

import { encode } from 'fast-png';
import type { ImageShape } from '../data/image-shape.ts';
import { averageSquares, reducedShape, reduceImage } from '../data/reduce-image.ts';
import { diverging, magnitudes } from './theme.ts';

/** Pixels side by side. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * An image that is encoded when its drawn size is known: the data URI for about that many pixels across. A
 * much larger image is reduced, because invisible pixels would only enlarge the file.
 */
export type ImageSource = (across: number) => string;

/** Image pixels per drawn pixel above which pixels are averaged. */
const DENSEST = 1.2;

/** Size up to which the best compression takes almost no time. */
const SMALL = 1_000_000;

/** The bytes of an image [height, width, channel]: 0 is black. */
export function imageUri(pixels: Uint8Array, { width, height, channels }: ImageShape): string {
  const level = pixels.length > SMALL ? 6 : 9;
  return dataUri(encode({ width, height, data: pixels, channels, depth: 8 }, { zlib: { level } }));
}

/** The same, drawn at any size. */
export function imageSource(pixels: Uint8Array, shape: ImageShape): ImageSource {
  return (across) => {
    const by = reduction(shape, across);
    return imageUri(reduceImage(pixels, shape, by), reducedShape(shape, by));
  };
}

/** Signed values [height, width]: blue below 0, red above, both deepest at `limit`. */
export function signedSource(values: Float32Array, limit: number, size: Size): ImageSource {
  const middle = (diverging.length - 1) / 2;
  return scaledSource(values, size, diverging, (value) => middle + shareOf(value, limit) * middle);
}

/** Magnitudes [height, width]: light gray for 0, black at `limit`. */
export function magnitudeSource(values: Float32Array, limit: number, size: Size): ImageSource {
  const last = magnitudes.length - 1;
  return scaledSource(values, size, magnitudes, (value) => Math.max(0, shareOf(value, limit)) * last);
}

/** A value as a share of the limit, -1 to 1. */
function shareOf(value: number, limit: number): number {
  return limit > 0 ? Math.max(-1, Math.min(1, value / limit)) : 0;
}

/** Values in the colors of a scale; `place` gives the step. */
function scaledSource(
  values: Float32Array,
  size: Size,
  scale: readonly string[],
  place: (value: number) => number,
): ImageSource {
  const palette = scale.map((hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)));
  return (across) => {
    const by = reduction(size, across);
    const data = Uint8Array.from(averageSquares(values, { ...size, channels: 1 }, by), (value) =>
      Math.round(place(value)),
    );
    const { width, height } = reducedShape(size, by);
    return dataUri(encode({ width, height, data, channels: 1, depth: 8, palette }, { zlib: { level: 9 } }));
  };
}

/** Side of the squares of pixels that are averaged to one. */
function reduction({ width }: Size, across: number): number {
  return Math.max(1, Math.round(width / across / DENSEST));
}

function dataUri(png: Uint8Array): string {
  let binary = '';
  for (const byte of png) binary += String.fromCharCode(byte);
  return `data:image/png;base64,${btoa(binary)}`;
}

/** Ratio of height to width above which an image is drawn narrower instead of higher. */
const TALLEST = 1.5;
/** Smallest height of a line of pixels. */
const THINNEST = 2;

/** Drawn size of an image in a column of a given width. */
export function drawnSize({ width, height }: Size, column: number): Size {
  const ratio = height / width;
  if (ratio > TALLEST)
    return { width: Math.max(THINNEST, (column * TALLEST) / ratio), height: column * TALLEST };
  return { width: column, height: Math.max(THINNEST, column * ratio) };
}

/** Plot options for images of that size: sharp pixels if enlarged, smooth ones if not. */
export function imageLook({ width }: Size, across: number) {
  return { preserveAspectRatio: 'none', imageRendering: across >= width ? 'pixelated' : 'auto' } as const;
}
