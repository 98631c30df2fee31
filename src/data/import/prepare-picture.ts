/** Makes an image of the set's shape from any picture. */

import type { ImageShape } from '../image-shape.ts';
import { type Picture, prepareImage } from '../prepare.ts';
import type { PictureSteps } from '../preprocessing.ts';
import type { FoundPicture, PixelPicture } from '../readers/found.ts';

/** A picture as it was found, decoded. */
export async function decodePicture(
  picture: FoundPicture,
  decode: (bytes: Uint8Array, name: string) => Promise<Picture>,
  name: string,
): Promise<Picture> {
  return picture.kind === 'file' ? await decode(picture.bytes, name) : rgbaOf(picture);
}

function rgbaOf({ data, height, width, channels }: PixelPicture): Picture {
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
  { decode, name }: { decode: (bytes: Uint8Array, name: string) => Promise<Picture>; name: string },
): Promise<Uint8Array> {
  if (picture.kind === 'pixels' && isAsAsked(picture, shape) && !steps.trim && steps.invert === 'no')
    return picture.data;
  return prepareImage(await decodePicture(picture, decode, name), shape, steps).pixels;
}

function isAsAsked(picture: PixelPicture, shape: ImageShape): boolean {
  return (
    picture.height === shape.height && picture.width === shape.width && picture.channels === shape.channels
  );
}
