/** The outermost pixels of a picture. */

import { luma } from './gray.ts';
import type { Color, Picture } from './picture.ts';

/** The color in the middle of the border, each channel by itself. */
export function borderColor(picture: Picture): Color {
  const places = borderPlaces(picture);
  const middle = (channel: number): number =>
    quantile(
      Uint8Array.from(places, (i) => picture.data[i * 4 + channel]),
      0.5,
    );
  return [middle(0), middle(1), middle(2)];
}

/** The gray that a share of the border is darker than. */
export function borderGray(picture: Picture, share: number): number {
  const { data } = picture;
  const grays = borderPlaces(picture).map((i) => luma(data[i * 4], data[i * 4 + 1], data[i * 4 + 2]));
  return quantile(Uint8Array.from(grays), share);
}

function quantile(values: Uint8Array, share: number): number {
  return values.sort()[Math.min(values.length - 1, Math.floor(values.length * share))];
}

function borderPlaces({ width, height }: Picture): number[] {
  const places: number[] = [];
  for (let x = 0; x < width; x++) {
    places.push(x);
    if (height > 1) places.push((height - 1) * width + x);
  }
  for (let y = 1; y < height - 1; y++) {
    places.push(y * width);
    if (width > 1) places.push(y * width + width - 1);
  }
  return places;
}
