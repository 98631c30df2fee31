/** Puts a background behind transparent pixels: chooses a color and draws the picture on it. */

import { luma } from './gray.ts';
import type { Box, Color, Picture } from './picture.ts';

const WHITE: Color = [255, 255, 255];
const BLACK: Color = [0, 0, 0];
/**
 * An object that is closer to white on average would vanish on white. None of the 60,000 training images of
 * Fashion-MNIST, which were on white, is so faint.
 */
const VANISHING = 16;
/** A pixel with less alpha is not part of the object. */
const VISIBLE = 32;

/** Whether any pixel is transparent. */
export function hasTransparency({ data }: Picture): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i] < 255) return true;
  return false;
}

/**
 * White, the usual background of product photographs, or black if the object would vanish on white.
 * @param channels of the image that is made: colors count only for one that has them
 */
export function chooseGround({ data }: Picture, channels: 1 | 3): Color {
  let contrast = 0;
  let weight = 0;
  for (let i = 0; i < data.length; i += 4) {
    const [r, g, b, alpha] = [data[i], data[i + 1], data[i + 2], data[i + 3]];
    contrast += (255 - (channels === 1 ? luma(r, g, b) : Math.min(r, g, b))) * alpha;
    weight += alpha;
  }
  return weight > 0 && contrast < VANISHING * weight ? BLACK : WHITE;
}

/** The picture on a color, opaque. */
export function flatten(picture: Picture, ground: Color): Picture {
  const { data, width, height } = picture;
  const flat = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3];
    for (let c = 0; c < 3; c++)
      flat[i + c] = Math.floor((data[i + c] * alpha + ground[c] * (255 - alpha) + 127) / 255);
    flat[i + 3] = 255;
  }
  return { data: flat, width, height };
}

/** The rectangle around all visible pixels; undefined if there are none. */
export function visibleBox({ data, width, height }: Picture): Box | undefined {
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[(y * width + x) * 4 + 3] < VISIBLE) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  return right < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** Mean luma of the visible pixels, weighted by alpha. */
export function meanLuma({ data }: Picture): number {
  let sum = 0;
  let weight = 0;
  for (let i = 0; i < data.length; i += 4) {
    sum += luma(data[i], data[i + 1], data[i + 2]) * data[i + 3];
    weight += data[i + 3];
  }
  return weight > 0 ? sum / weight : 0;
}
