/** The bytes of an image file before they are decoded: what every platform checks, with the same words. */

import { CoutureError } from '../core/errors.ts';
import { fileKind } from './file-kinds.ts';
import { type ImageHeader, imageFormat, readImageHeader } from './image-header.ts';
import { refusedSides } from './prepare/picture.ts';

/** An encoded image with more bytes is refused. */
export const MAX_IMAGE_BYTES = 64 * 1024 * 1024;

/** Whether bytes begin like a PNG, JPEG or WebP file. */
export function isEncodedImage(bytes: Uint8Array): boolean {
  return imageFormat(bytes) !== undefined;
}

/**
 * The head of a PNG, JPEG or WebP image whose sides are within the limits.
 * @param name what to call the image in messages
 * @throws CoutureError of kind `data` saying what is wrong: too many bytes, another kind of file by its name, sides beyond the
 *   limits, or a head that is cut off
 */
export function checkEncodedImage(bytes: Uint8Array, name: string): ImageHeader {
  if (bytes.length > MAX_IMAGE_BYTES)
    throw unreadable(name, `it has ${bytes.length} bytes, over the limit of ${MAX_IMAGE_BYTES}`);
  if (!isEncodedImage(bytes)) throw notAnImage(bytes, name);
  const header = readImageHeader(bytes);
  if (header === undefined) throw unreadable(name, 'it is truncated or damaged: its header gives no size');
  const refused = refusedSides(header.width, header.height);
  if (refused !== undefined) throw unreadable(name, refused);
  return header;
}

/** An image that cannot be used. */
export function unreadable(name: string, what: string, cause?: unknown): CoutureError {
  return new CoutureError('data', `Cannot read the image ${name}: ${what.replace(/\.$/, '')}.`, { cause });
}

/** What is no image that can be read, called what it is. */
function notAnImage(bytes: Uint8Array, name: string): CoutureError {
  const kind = fileKind(bytes);
  const what =
    kind === undefined ? 'it is not a PNG, JPEG or WebP file' : `it is ${kind}, not PNG, JPEG or WebP`;
  const isPicture = kind !== undefined && /image|photograph|drawing|icon|Photoshop/.test(kind);
  return new CoutureError('data', `Cannot read the image ${name}: ${what}.`, {
    ...(isPicture && { hint: 'Open it in an image viewer and save it as PNG or JPEG.' }),
  });
}
