/**
 * The PNG files of which image sets are made, small and without anything that changes how their bytes are shown: for them
 * a decoder in JavaScript takes a tenth of the time that sharp needs to set up its pipeline. The bytes are the same, since
 * there is nothing to convert; all other files are left to sharp.
 */

import { decode } from 'fast-png';
import { CoutureError } from '../../../core/errors.ts';
import type { Picture } from '../../../data/prepare/picture.ts';

/** Larger files gain nothing, and what they unpack to would have to be limited. */
const MAX_BYTES = 64 * 1024;
const MAX_PIXELS = 512 * 512;
/** Chunks without a say in the bytes; profiles and gamma are not applied to other files either. */
const harmless = new Set('IHDR IDAT IEND tEXt zTXt iTXt tIME pHYs sRGB gAMA cHRM bKGD'.split(' '));
/** Color types: gray, color, palette, gray with alpha, color with alpha. */
const PALETTE = 3;
const colorTypes = new Set([0, 2, PALETTE, 4, 6]);

/**
 * Decodes a plain PNG file.
 * @returns undefined when the file is of another kind
 * @throws CoutureError of kind `data` when it is a plain PNG file and damaged
 */
export function decodePlainPng(bytes: Uint8Array, name: string): Picture | undefined {
  if (!isPlainPng(bytes)) return undefined;
  try {
    const { data, width, height, channels, palette } = decode(bytes, { checkCrc: true });
    if (!(data instanceof Uint8Array) || data.length !== width * height * channels) return undefined;
    const rgba = palette === undefined ? toRgba(data, channels) : fromPalette(data, palette);
    return rgba && { data: rgba, width, height };
  } catch (cause) {
    throw new CoutureError('data', `Cannot read the image ${name}: it is damaged or cut short.`, { cause });
  }
}

function isPlainPng(bytes: Uint8Array): boolean {
  if (bytes.length < 57 || bytes.length > MAX_BYTES) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) !== 0x89504e47 || view.getUint32(4) !== 0x0d0a1a0a) return false;
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, colorType, compression, filter, interlace] = bytes.subarray(24, 29);
  if (width * height > MAX_PIXELS || width === 0 || height === 0) return false;
  if (depth !== 8 || !colorTypes.has(colorType) || compression + filter + interlace > 0) return false;
  let at = 8;
  while (at + 12 <= bytes.length) {
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const ofPalette = colorType === PALETTE && (type === 'PLTE' || type === 'tRNS');
    if (!(harmless.has(type) || ofPalette) || (at === 8) !== (type === 'IHDR')) return false;
    at += 12 + view.getUint32(at);
    if (type === 'IEND') return at === bytes.length;
  }
  return false;
}

function toRgba(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 4) return data;
  const pixels = data.length / channels;
  const rgba = new Uint8Array(pixels * 4);
  for (let i = 0; i < pixels; i++) {
    const from = i * channels;
    rgba[i * 4] = data[from];
    rgba[i * 4 + 1] = data[channels === 3 ? from + 1 : from];
    rgba[i * 4 + 2] = data[channels === 3 ? from + 2 : from];
    rgba[i * 4 + 3] = channels === 2 ? data[from + 1] : 255;
  }
  return rgba;
}

/** Undefined for a number that the palette does not have: decoders differ in what they make of it. */
function fromPalette(data: Uint8Array, palette: readonly (readonly number[])[]): Uint8Array | undefined {
  const rgba = new Uint8Array(data.length * 4);
  for (let i = 0; i < data.length; i++) {
    if (data[i] >= palette.length) return undefined;
    const [red, green, blue, alpha = 255] = palette[data[i]];
    rgba[i * 4] = red;
    rgba[i * 4 + 1] = green;
    rgba[i * 4 + 2] = blue;
    rgba[i * 4 + 3] = alpha;
  }
  return rgba;
}
