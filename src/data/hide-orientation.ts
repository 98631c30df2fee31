/**
 * An image file without the note how its camera was held. Browsers turn pictures by it, each in its own cases and whether asked
 * or not; what is done about it is said by a model's steps and done in prepare.ts, the same everywhere.
 */

import { bytesAt } from './file-kinds.ts';
import { imageFormat } from './image-header.ts';

/** A copy in which no decoder finds EXIF; sound otherwise, and as long as the original but for a PNG. */
export function hideOrientation(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  const view = new DataView(copy.buffer);
  try {
    switch (imageFormat(copy)) {
      case 'png':
        return withoutChunk(copy, view);
      case 'jpeg':
        hideInSegments(copy, view);
        return copy;
      case 'webp':
        hideInChunks(copy, view);
        return copy;
      case undefined:
        return copy;
    }
  } catch (error) {
    // A read past the end: the file is cut short, as its decoder will say.
    if (error instanceof RangeError) return copy;
    throw error;
  }
}

/** PNG: the chunk is left out. */
function withoutChunk(bytes: Uint8Array<ArrayBuffer>, view: DataView): Uint8Array<ArrayBuffer> {
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + view.getUint32(at) + 12;
    if (bytesAt(bytes, at + 4, 'IEND')) return bytes;
    if (bytesAt(bytes, at + 4, 'eXIf')) {
      const shorter = new Uint8Array(bytes.length - (end - at));
      shorter.set(bytes.subarray(0, at));
      shorter.set(bytes.subarray(end), at);
      return shorter;
    }
    at = end;
  }
  return bytes;
}

/** JPEG: the segments get another name. */
function hideInSegments(bytes: Uint8Array, view: DataView): void {
  let at = 2;
  for (;;) {
    while (view.getUint8(at) !== 0xff) at += 1;
    while (view.getUint8(at) === 0xff) at += 1;
    const marker = view.getUint8(at);
    at += 1;
    if (marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) continue;
    if (marker === 0xda || marker === 0xd9) return;
    if (marker === 0xe1 && bytesAt(bytes, at + 2, 'Exif\0\0')) bytes[at + 2] = 'X'.charCodeAt(0);
    at += view.getUint16(at);
  }
}

/** WebP: the chunk gets another name. */
function hideInChunks(bytes: Uint8Array, view: DataView): void {
  for (let at = 12; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at + 4, true);
    if (bytesAt(bytes, at, 'EXIF')) bytes[at] = 'X'.charCodeAt(0);
    at += 8 + length + (length % 2);
  }
}
