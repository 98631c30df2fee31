/** Checks of an encoded image before decoding, with the same messages on every platform. */

import { CoutureError } from '../core/errors.ts';
import { fileKind } from './file-kinds.ts';
import { type ImageHeader, imageFormat, readImageHeader } from './image-header.ts';
import { refusedSides } from './prepare/picture.ts';

/** Largest size of an encoded image. */
export const MAX_IMAGE_BYTES = 64 * 1024 * 1024;

/** Whether bytes begin like a PNG, JPEG or WebP file. */
export function isEncodedImage(bytes: Uint8Array): boolean {
  return imageFormat(bytes) !== undefined;
}

/**
 * The header of a PNG, JPEG or WebP image with sides within the limits.
 * @param name name of the image in messages
 * @throws CoutureError of kind `data` saying what is wrong: too many bytes, another kind of file, sides
 * beyond the limits, or a truncated header
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

/** The error for a file that is not a readable image, with its kind. */
function notAnImage(bytes: Uint8Array, name: string): CoutureError {
  const kind = fileKind(bytes);
  const what =
    kind === undefined ? 'it is not a PNG, JPEG or WebP file' : `it is ${kind}, not PNG, JPEG or WebP`;
  const isPicture = kind !== undefined && /image|photograph|drawing|icon|Photoshop/.test(kind);
  return new CoutureError('data', `Cannot read the image ${name}: ${what}.`, {
    ...(isPicture && { hint: 'Open it in an image viewer and save it as PNG or JPEG.' }),
  });
}
