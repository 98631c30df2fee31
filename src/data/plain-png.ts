/**
 * The PNG files of which image sets are made: small, 8 bits, and without anything that changes how their bytes are shown.
 * This file takes them apart and undoes the five filters; the platform inflates. There is nothing to convert, so the bytes
 * are those of any decoder, and of half-transparent pixels those of the file, which a canvas would round.
 */

import { CoutureError } from '../core/errors.ts';
import { joinBytes } from '../core/join-bytes.ts';
import type { Picture } from './prepare/picture.ts';

/** Larger files gain nothing. */
const MAX_BYTES = 64 * 1024;
const MAX_PIXELS = 512 * 512;
/** Chunks that do not affect the bytes; profiles and gamma are not applied to other files either. */
const harmless = new Set('IHDR IDAT IEND tEXt zTXt iTXt tIME pHYs sRGB gAMA cHRM bKGD'.split(' '));
const PALETTE = 3;
/** Bytes of a pixel by the color type: gray, color, palette, gray with alpha, color with alpha. */
const pixelBytes: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** A file taken apart. */
interface PlainPng {
  readonly width: number;
  readonly height: number;
  readonly colorType: number;
  readonly packed: Uint8Array<ArrayBuffer>;
  readonly palette: Uint8Array;
  readonly alphas: Uint8Array;
}

/** A plain PNG file whose lines are to be inflated by the platform. */
export interface OpenedPng {
  /** The zlib stream of the file. */
  readonly packed: Uint8Array<ArrayBuffer>;
  /** Number of bytes that it inflates to. */
  readonly length: number;
  /**
   * The picture of the inflated bytes; undefined when the file is of another kind.
   * @throws CoutureError of kind `data` when the file is damaged
   */
  readonly picture: (lines: Uint8Array) => Picture | undefined;
}

/**
 * Opens a plain PNG file.
 * @param crc32 checksum of bytes
 * @returns undefined when the file is of another kind
 * @throws CoutureError of kind `data` when it is a plain PNG file and damaged
 */
export function openPlainPng(
  bytes: Uint8Array,
  name: string,
  crc32: (bytes: Uint8Array) => number,
): OpenedPng | undefined {
  const png = takeApart(bytes, name, crc32);
  if (png === undefined) return undefined;
  const { width, height, colorType, packed } = png;
  const each = pixelBytes[colorType];
  const length = height * (1 + width * each);
  return {
    packed,
    length,
    picture(lines) {
      if (lines.length !== length) throw damagedPng(name);
      const samples = unfilter(lines, height, width * each, each);
      if (samples === undefined) throw damagedPng(name);
      const data = colorType === PALETTE ? fromPalette(samples, png) : toRgba(samples, each);
      return data && { data, width, height };
    },
  };
}

function takeApart(
  bytes: Uint8Array,
  name: string,
  crc32: (bytes: Uint8Array) => number,
): PlainPng | undefined {
  if (bytes.length < 57 || bytes.length > MAX_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) !== 0x89504e47 || view.getUint32(4) !== 0x0d0a1a0a) return undefined;
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, colorType, compression, filter, interlace] = bytes.subarray(24, 29);
  if (width * height > MAX_PIXELS || width === 0 || height === 0) return undefined;
  if (depth !== 8 || pixelBytes[colorType] === undefined || compression + filter + interlace > 0)
    return undefined;
  const parts: Record<'IDAT' | 'PLTE' | 'tRNS', Uint8Array[]> = { IDAT: [], PLTE: [], tRNS: [] };
  const sound: boolean[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const end = at + 12 + view.getUint32(at);
    const ofPalette = colorType === PALETTE && (type === 'PLTE' || type === 'tRNS');
    if (end > bytes.length || !(harmless.has(type) || ofPalette)) return undefined;
    if ((at === 8) !== (type === 'IHDR')) return undefined;
    sound.push(crc32(bytes.subarray(at + 4, end - 4)) === view.getUint32(end - 4));
    if (type === 'IDAT' || type === 'PLTE' || type === 'tRNS')
      parts[type].push(bytes.subarray(at + 8, end - 4));
    at = end;
    if (type !== 'IEND') continue;
    // Files with bytes after the end, or without exactly one palette, are left to sharp.
    const { IDAT, PLTE, tRNS } = parts;
    if (at !== bytes.length || PLTE.length > 1 || tRNS.length > 1 || IDAT.length === 0) return undefined;
    if (!sound.every(Boolean)) throw damagedPng(name);
    const [palette = new Uint8Array(0)] = PLTE;
    const [alphas = new Uint8Array(0)] = tRNS;
    return { width, height, colorType, packed: joinBytes(IDAT), palette, alphas };
  }
  return undefined;
}

/** Lines of a filter's number and `stride` bytes, to the bytes alone; undefined for a filter that there is not. */
function unfilter(lines: Uint8Array, height: number, stride: number, each: number): Uint8Array | undefined {
  const out = new Uint8Array(height * stride);
  for (let y = 0, from = 0, to = 0; y < height; y++) {
    const filter = lines[from++];
    if (filter > 4) return undefined;
    for (let x = 0; x < stride; x++, from++, to++) {
      const left = x >= each ? out[to - each] : 0;
      const up = y > 0 ? out[to - stride] : 0;
      const corner = x >= each && y > 0 ? out[to - stride - each] : 0;
      out[to] = lines[from] + predicted(filter, left, up, corner);
    }
  }
  return out;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    default: {
      const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
      return a <= b && a <= c ? left : b <= c ? up : corner;
    }
  }
}

function toRgba(samples: Uint8Array, each: number): Uint8Array {
  if (each === 4) return samples;
  const pixels = samples.length / each;
  const rgba = new Uint8Array(pixels * 4);
  for (let i = 0; i < pixels; i++) {
    const from = i * each;
    rgba[i * 4] = samples[from];
    rgba[i * 4 + 1] = samples[each === 3 ? from + 1 : from];
    rgba[i * 4 + 2] = samples[each === 3 ? from + 2 : from];
    rgba[i * 4 + 3] = each === 2 ? samples[from + 1] : 255;
  }
  return rgba;
}

/** Undefined for a number that the palette does not have: decoders differ in what they make of it. */
function fromPalette(samples: Uint8Array, { palette, alphas }: PlainPng): Uint8Array | undefined {
  const rgba = new Uint8Array(samples.length * 4);
  for (let i = 0; i < samples.length; i++) {
    const at = samples[i] * 3;
    if (at + 3 > palette.length) return undefined;
    rgba[i * 4] = palette[at];
    rgba[i * 4 + 1] = palette[at + 1];
    rgba[i * 4 + 2] = palette[at + 2];
    rgba[i * 4 + 3] = alphas[samples[i]] ?? 255;
  }
  return rgba;
}

/** The error for a file that is truncated or changed. */
export function damagedPng(name: string, cause?: unknown): CoutureError {
  return new CoutureError('data', `Cannot read the image ${name}: it is damaged or truncated.`, { cause });
}
