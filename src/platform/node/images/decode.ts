/** Decodes an image file with libvips. src/data/prepare.ts processes the picture. */

import { CoutureError } from '../../../core/errors.ts';
import { checkEncodedImage, unreadable } from '../../../data/encoded-image.ts';
import { MAX_PICTURE_PIXELS, type Picture } from '../../../data/prepare/picture.ts';
import { decodePlainPng } from './plain-png.ts';

/**
 * Decodes a PNG, JPEG or WebP image to RGBA, as stored: not rotated, and without its color profile. For an
 * animation it is the first picture.
 * @param name name of the image in messages
 * @throws CoutureError of kind `data` saying what is wrong: another kind of file by its name, sides beyond the limits, or damage.
 *   What decoders recover from, such as stray bytes between the segments of a JPEG, is not damage.
 */
export async function decodePicture(bytes: Uint8Array, name: string): Promise<Picture> {
  const { orientation } = checkEncodedImage(bytes, name);
  const plain = decodePlainPng(bytes, name);
  if (plain !== undefined) return plain;
  const { default: sharp } = await import('sharp');
  try {
    const { data, info } = await sharp(bytes, {
      limitInputPixels: MAX_PICTURE_PIXELS,
      failOn: 'error',
      pages: 1,
      ignoreIcc: true,
    })
      .toColourspace('srgb')
      .ensureAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 4)
      throw new CoutureError('runtime', `The decoder returned an image with ${info.channels} channels.`);
    return { data, width: info.width, height: info.height, orientation };
  } catch (cause) {
    if (cause instanceof CoutureError) throw cause;
    const words = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0];
    throw unreadable(name, `it is damaged or truncated (${words.replace(/\.$/, '')})`, cause);
  }
}
