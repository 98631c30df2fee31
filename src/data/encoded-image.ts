/** Checks of an encoded image before decoding, with the same messages on every platform. */

import { CoutureError } from '../core/errors.ts';
import { bytesAt, fileKind } from './file-kinds.ts';
import { type ImageFormat, type ImageHeader, imageFormat, readImageHeader } from './image-header.ts';
import { refusedSides } from './prepare/picture.ts';

/** Largest size of an encoded image. */
export const MAX_IMAGE_BYTES = 64 * 1024 * 1024;

/**
 * Whether bytes are a PNG, JPEG or WebP file, by how they begin. As many bytes as an image has pixels may be either: pixels may
 * begin like a JPEG file, and a file may have that many bytes. They are a file only if it has a header and an end as well.
 * @param size values of the image that pixels would be of; default: pixels are not expected
 */
export function isEncodedImage(bytes: Uint8Array, size?: number): boolean {
  const format = imageFormat(bytes);
  if (format === undefined || bytes.length !== size) return format !== undefined;
  return readImageHeader(bytes) !== undefined && endsLike(bytes, format);
}

function endsLike(bytes: Uint8Array, format: ImageFormat): boolean {
  const { length } = bytes;
  if (format === 'png') return bytesAt(bytes, length - 8, 'IEND');
  if (format === 'jpeg') return bytesAt(bytes, length - 2, '\xff\xd9');
  // The number of bytes after itself.
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true) <= length - 8;
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
