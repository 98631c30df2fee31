/** A picture of any kind as an image of the set's shape. */

import { type ImageShape, imageSize } from '../image-shape.ts';
import type { PictureSteps } from '../preprocessing.ts';
import type { FoundPicture, PixelPicture } from '../readers/found.ts';

/** A decoded picture: red, green, blue and alpha of each pixel, row by row. */
export interface Rgba {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** EXIF's number, 1 to 8, where the picture is as the camera held it. */
  readonly orientation?: number;
}

/** A picture as it was found, decoded. */
export async function decodePicture(
  picture: FoundPicture,
  decode: (bytes: Uint8Array, name: string) => Promise<Rgba>,
  name: string,
): Promise<Rgba> {
  return picture.kind === 'file' ? await decode(picture.bytes, name) : rgbaOf(picture);
}

function rgbaOf({ data, height, width, channels }: PixelPicture): Rgba {
  const rgba = new Uint8Array(height * width * 4);
  for (let pixel = 0; pixel < height * width; pixel++) {
    for (let channel = 0; channel < 3; channel++)
      rgba[pixel * 4 + channel] = data[pixel * channels + (channels === 3 ? channel : 0)];
    rgba[pixel * 4 + 3] = 255;
  }
  return { data: rgba, width, height };
}

/**
 * The bytes of a picture in the order height, width, channel. Pixels of an array that have the shape already are
 * passed on as they are.
 */
export async function preparePicture(
  picture: FoundPicture,
  shape: ImageShape,
  steps: PictureSteps,
  { decode, name }: { decode: (bytes: Uint8Array, name: string) => Promise<Rgba>; name: string },
): Promise<Uint8Array> {
  if (picture.kind === 'pixels' && isAsAsked(picture, shape) && !steps.trim && steps.invert === 'no')
    return picture.data;
  return prepareImage(await decodePicture(picture, decode, name), shape, steps);
}

function isAsAsked(picture: PixelPicture, shape: ImageShape): boolean {
  return (
    picture.height === shape.height && picture.width === shape.width && picture.channels === shape.channels
  );
}

/** Stands in for the preprocessing module: nearest pixels, no ground, no trim. */
function prepareImage({ data, width, height }: Rgba, shape: ImageShape, steps: PictureSteps): Uint8Array {
  const image = new Uint8Array(imageSize(shape));
  const scale = Math.max(height / shape.height, width / shape.width);
  for (let y = 0, to = 0; y < shape.height; y++)
    for (let x = 0; x < shape.width; x++) {
      const fromY = Math.min(height - 1, Math.floor((y + 0.5) * scale));
      const fromX = Math.min(width - 1, Math.floor((x + 0.5) * scale));
      const from = (fromY * width + fromX) * 4;
      const [r, g, b] = data.subarray(from, from + 3);
      const values = shape.channels === 3 ? [r, g, b] : [(r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16];
      for (const value of values) image[to++] = steps.invert === 'yes' ? 255 - value : value;
    }
  return image;
}
