/** Images as PNG data URIs: grays as they are, and signed values through the diverging scale. */

import { encode } from 'fast-png';
import { diverging } from './theme.ts';

/** Pixels side by side. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

function dataUri(png: Uint8Array): string {
  let binary = '';
  for (const byte of png) binary += String.fromCharCode(byte);
  return `data:image/png;base64,${btoa(binary)}`;
}

/** An image of grays: one byte a pixel, 0 black. */
export function grayImage(pixels: Uint8Array, { width, height }: Size): string {
  return dataUri(encode({ width, height, data: pixels, channels: 1, depth: 8 }, { zlib: { level: 9 } }));
}

const palette = diverging.map((hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)));

/** An image of signed values: blue below 0, red above, both deepest at `limit`. */
export function signedImage(values: Float32Array, limit: number, { width, height }: Size): string {
  const middle = (palette.length - 1) / 2;
  const data = Uint8Array.from(values, (value) => {
    const share = limit > 0 ? Math.max(-1, Math.min(1, value / limit)) : 0;
    return Math.round(middle + share * middle);
  });
  return dataUri(encode({ width, height, data, channels: 1, depth: 8, palette }, { zlib: { level: 9 } }));
}
