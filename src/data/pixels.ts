/** Converts arrays of pixels from callers to bytes. */

import { describe, typeOf } from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { fileKind } from './file-kinds.ts';

/**
 * The pixels of one image or of several end to end, as height, width, channel: bytes from 0 to 255, or numbers from 0 to 1
 * as floats or in a plain array, which are converted to float32 and rounded to bytes.
 */
export type PixelArray = Uint8Array | Uint8ClampedArray | Float32Array | Float64Array | readonly number[];

const byteArrays = ['Uint8Array', 'Uint8ClampedArray'];
const floatArrays = ['Float16Array', 'Float32Array', 'Float64Array'];

/** Whether a value is an array type for pixels; its contents are not checked. */
export function isPixelArray(value: unknown): value is PixelArray {
  if (Array.isArray(value)) return value.length === 0 || !isArrayLike(value[0]);
  return ArrayBuffer.isView(value) && [...byteArrays, ...floatArrays].includes(typeOf(value));
}

function isArrayLike(value: unknown): boolean {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

/**
 * Pixels as bytes. Bytes are not copied.
 * @param where name of the pixels in messages: `predict: the image`
 * @throws CoutureError of kind `usage` for an array of another kind, and for a number that is not from 0 to 1
 */
export function pixelBytes(pixels: PixelArray, where: string): Uint8Array {
  if (!isPixelArray(pixels)) throw unfit(pixels, where);
  if (!Array.isArray(pixels) && byteArrays.includes(typeOf(pixels))) {
    const { buffer, byteOffset, byteLength } = pixels as Uint8Array;
    return new Uint8Array(buffer, byteOffset, byteLength);
  }
  const bytes = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    const value: unknown = pixels[i];
    const number = typeof value === 'number' ? Math.fround(value) : Number.NaN;
    if (!(number >= 0 && number <= 1)) throw outOfRange(value, i, where);
    bytes[i] = Math.round(number * 255);
  }
  return bytes;
}

/** The error for an image of another number of pixels. The bytes of a file that is neither PNG, JPEG nor WebP get here, too. */
export function wrongLength(pixels: PixelArray, size: number, where: string): CoutureError {
  const isBytes = typeof pixels === 'object' && typeOf(pixels) === 'Uint8Array' && pixels.length > 0;
  const kind = isBytes ? fileKind(pixels as Uint8Array) : undefined;
  return new CoutureError('usage', `${where} has ${pixels.length} pixels, but the model takes ${size}.`, {
    ...(kind !== undefined && { hint: `These are the bytes of ${kind}. Give a PNG, JPEG or WebP file.` }),
  });
}

/** The error for pixels of another array type. */
export function unfit(value: unknown, where: string): CoutureError {
  return new CoutureError('usage', `${where} is ${describe(value)}, which is not an array of pixels.`, {
    hint: 'Give bytes in a Uint8Array or Uint8ClampedArray, or numbers from 0 to 1 in a Float32Array, Float64Array or plain array.',
  });
}

function outOfRange(value: unknown, index: number, where: string): CoutureError {
  return new CoutureError(
    'usage',
    `${where}: pixel ${index} is ${describe(value)}, not a number from 0 to 1.`,
    {
      hint: 'Put bytes from 0 to 255 into a Uint8Array.',
    },
  );
}
