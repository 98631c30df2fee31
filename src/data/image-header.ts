/**
 * Reads the header of an encoded image: format, sides and orientation, without decoding. So large sides can
 * be refused before memory is allocated, and every platform rotates a picture in the same way.
 */

import { bytesAt } from './file-kinds.ts';

export type ImageFormat = 'png' | 'jpeg' | 'webp';

/** The data of an image header. */
export interface ImageHeader {
  readonly format: ImageFormat;
  /** Sides as stored, before rotation. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1 to 8; 1 if absent. */
  readonly orientation: number;
  /** Offset of the lower byte of that number, if it is not 1. */
  readonly orientationAt?: number;
}

type Orientation = Pick<ImageHeader, 'orientation' | 'orientationAt'>;
const upright: Orientation = { orientation: 1 };

/** Largest number of metadata segments; no camera writes more. */
const MAX_SEGMENTS = 10_000;

/** The format that bytes begin like. */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  if (bytesAt(bytes, 0, '\x89PNG\r\n\x1a\n')) return 'png';
  if (bytesAt(bytes, 0, '\xff\xd8\xff')) return 'jpeg';
  return bytesAt(bytes, 0, 'RIFF') && bytesAt(bytes, 8, 'WEBP') ? 'webp' : undefined;
}

/**
 * The header of a PNG, JPEG or WebP image; undefined for other files and if it is truncated before the sides.
 */
export function readImageHeader(bytes: Uint8Array): ImageHeader | undefined {
  const format = imageFormat(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    switch (format) {
      case 'png':
        return { format, ...png(bytes, view) };
      case 'jpeg':
        return jpeg(bytes, view);
      case 'webp':
        return webp(bytes, view);
      case undefined:
        return undefined;
    }
  } catch (error) {
    // A read past the end: the file is truncated.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function png(bytes: Uint8Array, view: DataView) {
  const sides = { width: view.getUint32(16), height: view.getUint32(20) };
  let turned = upright;
  // Chunks: length, type, data, checksum. EXIF stands before or behind the pixels.
  for (let at = 8, n = 0; at + 12 <= bytes.length && n < MAX_SEGMENTS; at += view.getUint32(at) + 12, n++) {
    if (bytesAt(bytes, at + 4, 'IEND')) break;
    if (!bytesAt(bytes, at + 4, 'eXIf')) continue;
    turned = tiffOrientation(bytes, at + 8, at + 8 + view.getUint32(at));
    break;
  }
  return { ...sides, ...turned };
}

function jpeg(bytes: Uint8Array, view: DataView): ImageHeader | undefined {
  let turned = upright;
  for (let at = 2, n = 0; n < MAX_SEGMENTS; n++) {
    // What stands between segments is skipped, as in decoders; any number of 0xff may stand before a marker.
    while (view.getUint8(at) !== 0xff) at += 1;
    while (view.getUint8(at) === 0xff) at += 1;
    const marker = view.getUint8(at);
    at += 1;
    if (marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) continue;
    // Start of scan or end of image before any sides.
    if (marker === 0xda || marker === 0xd9) return undefined;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame)
      return { format: 'jpeg', width: view.getUint16(at + 5), height: view.getUint16(at + 3), ...turned };
    const length = view.getUint16(at);
    if (marker === 0xe1 && bytesAt(bytes, at + 2, 'Exif\0\0'))
      turned = tiffOrientation(bytes, at + 8, at + length);
    at += length;
  }
  return undefined;
}

function webp(bytes: Uint8Array, view: DataView): ImageHeader | undefined {
  let sides: { width: number; height: number } | undefined;
  let turned = upright;
  // Chunks: type, length, data, padded to an even length.
  for (let at = 12, n = 0; at + 8 <= bytes.length && n < MAX_SEGMENTS; n++) {
    const length = view.getUint32(at + 4, true);
    const data = at + 8;
    if (bytesAt(bytes, at, 'VP8X'))
      sides = { width: 1 + uint24(view, data + 4), height: 1 + uint24(view, data + 7) };
    else if (bytesAt(bytes, at, 'VP8L')) {
      const bits = view.getUint32(data + 1, true);
      sides ??= { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
    } else if (bytesAt(bytes, at, 'VP8 ')) {
      const [width, height] = [view.getUint16(data + 6, true), view.getUint16(data + 8, true)];
      sides ??= { width: width & 0x3fff, height: height & 0x3fff };
    } else if (bytesAt(bytes, at, 'EXIF')) {
      const prefix = bytesAt(bytes, data, 'Exif\0\0') ? 6 : 0;
      turned = tiffOrientation(bytes, data + prefix, data + length);
    }
    at = data + length + (length % 2);
  }
  return sides && { format: 'webp', ...sides, ...turned };
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) + view.getUint8(at + 2) * 0x10000;
}

/** The same image with no orientation in it, for decoders that turn what they decode whatever they are told. */
export function withoutOrientation(
  bytes: Uint8Array,
  { orientationAt }: ImageHeader,
): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  // In a PNG the checksum of the EXIF chunk is wrong then, and decoders pass over the chunk.
  if (orientationAt !== undefined) copy[orientationAt] = 1;
  return copy;
}

/** The orientation in a block of EXIF, which is a TIFF file, from `start` to `end`; upright where there is none that can be read. */
function tiffOrientation(bytes: Uint8Array, start: number, end: number): Orientation {
  const block = bytes.subarray(start, end);
  const little = bytesAt(block, 0, 'II*\0');
  if (block.length < 8 || !(little || bytesAt(block, 0, 'MM\0*'))) return upright;
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const directory = view.getUint32(4, little);
  if (directory + 2 > block.length) return upright;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * 12;
    if (entry + 12 > block.length) return upright;
    if (view.getUint16(entry, little) !== 0x0112) continue;
    const orientation = view.getUint16(entry + 8, little);
    if (orientation < 2 || orientation > 8) return upright;
    return { orientation, orientationAt: start + entry + (little ? 8 : 9) };
  }
  return upright;
}
