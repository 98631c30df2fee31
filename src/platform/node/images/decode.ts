/** The bytes of an image file to a picture. Node's part is this alone; what is made of the picture is in src/data/prepare.ts. */

import { CoutureError } from '../../../core/errors.ts';
import { fileKind } from '../../../data/file-kinds.ts';
import { imageFormat, readImageHeader } from '../../../data/image-header.ts';
import { MAX_PICTURE_PIXELS, type Picture, refusedSides } from '../../../data/prepare/picture.ts';
import { decodePlainPng } from './plain-png.ts';

/** An encoded image with more bytes is refused. */
export const MAX_IMAGE_BYTES = 64 * 1024 * 1024;

/**
 * Decodes a PNG, JPEG or WebP image to RGBA, as stored: not turned, its color profile not applied. Of an animation it is the
 * first picture.
 * @param name what to call the image in messages
 * @throws CoutureError of kind `data` saying what is wrong: another kind of file by its name, sides beyond the limits, or damage.
 *   What decoders recover from, such as stray bytes between the segments of a JPEG, is no damage.
 */
export async function decodePicture(bytes: Uint8Array, name: string): Promise<Picture> {
  if (bytes.length > MAX_IMAGE_BYTES)
    throw unreadable(name, `it has ${bytes.length} bytes, over the limit of ${MAX_IMAGE_BYTES}`);
  if (imageFormat(bytes) === undefined) throw notAnImage(bytes, name);
  const header = readImageHeader(bytes);
  if (header === undefined)
    throw unreadable(name, 'it is cut short or damaged: its head does not tell its size');
  const refused = refusedSides(header.width, header.height);
  if (refused !== undefined) throw unreadable(name, refused);
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
      throw new CoutureError('runtime', `A decoded image came out with ${info.channels} channels.`);
    return { data, width: info.width, height: info.height, orientation: header.orientation };
  } catch (cause) {
    if (cause instanceof CoutureError) throw cause;
    const words = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0];
    throw unreadable(name, `it is damaged or cut short (${words.replace(/\.$/, '')})`, cause);
  }
}

/** What is no image that can be read, called what it is. */
function notAnImage(bytes: Uint8Array, name: string): CoutureError {
  const kind = fileKind(bytes);
  const what =
    kind === undefined ? 'it is not a PNG, JPEG or WebP file' : `it is ${kind}, not PNG, JPEG or WebP`;
  const isPicture = kind !== undefined && /image|photograph|drawing|icon|Photoshop/.test(kind);
  return new CoutureError('data', `Cannot read the image ${name}: ${what}.`, {
    ...(isPicture && { hint: 'Save it as PNG or JPEG, by any program that shows it.' }),
  });
}

/** An image that cannot be used. */
export function unreadable(name: string, what: string, cause?: unknown): CoutureError {
  return new CoutureError('data', `Cannot read the image ${name}: ${what.replace(/\.$/, '')}.`, { cause });
}
