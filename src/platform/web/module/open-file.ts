/**
 * Image files that a module decodes itself: plain PNG files. The bytes are those of Node's `couture predict`, also of
 * half-transparent pixels, and no canvas is needed, so this also works in Node, Deno and Bun.
 */

import { typeOf } from '../../../core/arguments.ts';
import { CoutureError } from '../../../core/errors.ts';
import { checkEncodedImage, isEncodedImage } from '../../../data/encoded-image.ts';
import { bytesAt } from '../../../data/file-kinds.ts';
import { damagedPng, openPlainPng } from '../../../data/plain-png.ts';
import type { Picture } from '../../../data/prepare/picture.ts';
import { crc32 } from '../../../data/readers/crc32.ts';
import { decodePicture } from '../decode.ts';

/**
 * The picture of an image file, by this file or by the browser; undefined for other values.
 * @param size values of an image of the model: so many bytes are pixels, unless they are a whole file
 */
export function openFile(image: unknown, size: number): Promise<Picture> | undefined {
  if (typeof image !== 'object' || image === null) return undefined;
  const type = typeOf(image);
  if (type === 'Blob' || type === 'File') return fromBlob(image as Blob);
  if (type === 'ArrayBuffer') return fromBytes(new Uint8Array(image as ArrayBuffer));
  // Node's Buffer is a Uint8Array.
  if (type === 'Uint8Array' && isEncodedImage(image as Uint8Array, size))
    return fromBytes(new Uint8Array(image as Uint8Array));
  return undefined;
}

async function fromBlob(blob: Blob): Promise<Picture> {
  const name = 'name' in blob && typeof blob.name === 'string' ? blob.name : undefined;
  return await fromBytes(new Uint8Array(await blob.arrayBuffer()), name);
}

async function fromBytes(bytes: Uint8Array<ArrayBuffer>, name = 'that was given'): Promise<Picture> {
  const { format } = checkEncodedImage(bytes, name);
  const plain = await plainPng(bytes, name);
  if (plain !== undefined) return plain;
  if (format === 'png' && !hasEnd(bytes)) throw damagedPng(name);
  if (typeof createImageBitmap !== 'undefined' && typeof OffscreenCanvas !== 'undefined')
    return await decodePicture(bytes, name);
  throw new CoutureError(
    'usage',
    `The image ${name} is ${format === 'png' ? 'a PNG file of more than 64 KB or 512x512 pixels, or of a rare form' : `a ${format === 'jpeg' ? 'JPEG' : 'WebP'} file`}, which this runtime cannot decode.`,
    { hint: 'Decode it with a library such as sharp, and give { data, width, height } with RGBA bytes.' },
  );
}

/** Whether a PNG file has its last chunk. */
function hasEnd(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer);
  let at = 8;
  while (at + 12 <= bytes.length) {
    if (bytesAt(bytes, at + 4, 'IEND')) return true;
    at += view.getUint32(at) + 12;
  }
  return false;
}

async function plainPng(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<Picture | undefined> {
  if (typeof DecompressionStream === 'undefined') return undefined;
  const png = openPlainPng(bytes, name, crc32);
  if (png === undefined) return undefined;
  return png.picture(await inflated(png.packed, png.length, name));
}

/** Bytes of a zlib stream, which must have exactly so many. */
async function inflated(packed: Uint8Array<ArrayBuffer>, length: number, name: string): Promise<Uint8Array> {
  const all = new Uint8Array(length);
  let at = 0;
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate')).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      all.set(value, at);
      at += value.length;
    }
  } catch (cause) {
    throw damagedPng(name, cause);
  }
  return all.subarray(0, at);
}
