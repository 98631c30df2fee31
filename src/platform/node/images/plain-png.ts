/**
 * The PNG files of which image sets are made, small and without anything that changes how their bytes are shown: for them
 * a decoder in JavaScript takes a tenth of the time that sharp needs to set up its pipeline. The bytes are the same, since
 * there is nothing to convert; all other files are left to sharp.
 */

import { decode } from 'fast-png';
import { CoutureError } from '../../../core/errors.ts';
import { printable } from '../../../core/printable.ts';
import type { Rgba } from '../../../data/import/prepare-picture.ts';

/** Larger files gain nothing, and what they unpack to would have to be limited. */
const MAX_BYTES = 64 * 1024;
const MAX_PIXELS = 512 * 512;
/** Chunks without a say in the colors. */
const harmless = new Set(['IHDR', 'IDAT', 'IEND', 'tEXt', 'zTXt', 'iTXt', 'tIME', 'pHYs', 'sRGB']);
/** Samples of a pixel by the color type: gray, color, gray with alpha, color with alpha. Palettes are left to sharp. */
const samples: Readonly<Record<number, number>> = { 0: 1, 2: 3, 4: 2, 6: 4 };

/**
 * Decodes a plain PNG file.
 * @returns undefined when the file is of another kind
 * @throws CoutureError of kind `data` when it is a plain PNG file and damaged
 */
export function decodePlainPng(bytes: Uint8Array, name: string): Rgba | undefined {
  if (!isPlainPng(bytes)) return undefined;
  try {
    const { data, width, height, channels } = decode(bytes, { checkCrc: true });
    if (!(data instanceof Uint8Array) || data.length !== width * height * channels) return undefined;
    return { data: toRgba(data, width * height, channels), width, height };
  } catch (cause) {
    throw new CoutureError('data', `${printable(name)}: it is damaged or cut short.`, { cause });
  }
}

function isPlainPng(bytes: Uint8Array): boolean {
  if (bytes.length < 57 || bytes.length > MAX_BYTES) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) !== 0x89504e47 || view.getUint32(4) !== 0x0d0a1a0a) return false;
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, colorType, compression, filter, interlace] = bytes.subarray(24, 29);
  if (width * height > MAX_PIXELS || width === 0 || height === 0) return false;
  if (depth !== 8 || samples[colorType] === undefined || compression + filter + interlace > 0) return false;
  let at = 8;
  while (at + 12 <= bytes.length) {
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (!harmless.has(type) || (at === 8) !== (type === 'IHDR')) return false;
    at += 12 + view.getUint32(at);
    if (type === 'IEND') return at === bytes.length;
  }
  return false;
}

function toRgba(data: Uint8Array, pixels: number, channels: number): Uint8Array {
  if (channels === 4) return data;
  const rgba = new Uint8Array(pixels * 4);
  const hasAlpha = channels === 2;
  for (let i = 0; i < pixels; i++) {
    const from = i * channels;
    rgba[i * 4] = data[from];
    rgba[i * 4 + 1] = data[channels === 3 ? from + 1 : from];
    rgba[i * 4 + 2] = data[channels === 3 ? from + 2 : from];
    rgba[i * 4 + 3] = hasAlpha ? data[from + 1] : 255;
  }
  return rgba;
}
