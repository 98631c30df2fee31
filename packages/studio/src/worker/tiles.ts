/** Small images on one bitmap, which the page draws in one go: a canvas for each would take seconds. */

import { diverging } from 'virtual:couture-theme';
import type { Dataset } from '@couture/core';
import { imageAt } from 'couture/data';
import type { TensorMap } from 'couture/model';
import type { SplitName, Tiles } from '../protocol.ts';
import type { Named, SeeRequests } from '../protocol-see.ts';

/** RGBA of a pixel at a place of an image, by channel where it has colors. */
type Paint = (data: Uint8ClampedArray, to: number, image: number, pixel: number) => void;

/** Draws `count` images of these sides beside each other. */
export async function sheet(
  count: number,
  columns: number,
  { width, height }: { readonly width: number; readonly height: number },
  paint: Paint,
): Promise<ImageBitmap> {
  const across = Math.max(1, Math.min(columns, count));
  const down = Math.max(1, Math.ceil(count / across));
  const data = new ImageData(across * width, down * height);
  for (let image = 0; image < count; image++) {
    const left = (image % across) * width;
    const top = Math.floor(image / across) * height;
    for (let pixel = 0; pixel < width * height; pixel++) {
      const to = ((top + Math.floor(pixel / width)) * data.width + left + (pixel % width)) * 4;
      paint(data.data, to, image, pixel);
      data.data[to + 3] = 255;
    }
  }
  return await createImageBitmap(data);
}

/** Images of a data set. */
export async function tilesOf(set: Dataset, places: Uint32Array, columns: number): Promise<Tiles> {
  const { shape } = set.info;
  const images = Array.from(places, (place) => imageAt(set, place));
  const bitmap = await sheet(images.length, columns, shape, (data, to, image, pixel) => {
    for (let c = 0; c < 3; c++) data[to + c] = images[image][shape.channels === 1 ? pixel : pixel * 3 + c];
  });
  const about = Array.from(places, (index) => ({ index, label: set.labels[index] }));
  return { bitmap, columns: Math.max(1, Math.min(columns, images.length)), images: about };
}

/** Images of both splits, in the order of the list. */
export async function mixedTiles(
  sets: Readonly<Record<SplitName, Dataset>>,
  images: readonly Named[],
  columns: number,
): Promise<Tiles> {
  const { shape } = sets.train.info;
  const pixels = images.map(({ split, index }) => imageAt(sets[split], index));
  const bitmap = await sheet(images.length, columns, shape, (data, to, image, pixel) => {
    for (let c = 0; c < 3; c++) data[to + c] = pixels[image][shape.channels === 1 ? pixel : pixel * 3 + c];
  });
  const about = images.map(({ split, index }) => ({ index, label: sets[split].labels[index] }));
  return { bitmap, columns: Math.max(1, Math.min(columns, images.length)), images: about };
}

/** The first-layer weights of some units as images side by side, each on its own scale; null where they are no image. */
export async function filterTiles(
  parameters: TensorMap,
  shape: Dataset['info']['shape'],
  units: readonly number[],
): Promise<SeeRequests['filters']['answer']> {
  const values = parameters.get('fc1.weight');
  const pixels = shape.width * shape.height;
  const size = pixels * shape.channels;
  if (values === undefined || units.some((unit) => (unit + 1) * size > values.length)) return null;
  const scales = units.map((unit) => {
    let sum = 0;
    for (let i = unit * size; i < (unit + 1) * size; i++) sum += values[i] * values[i];
    return 3 * Math.sqrt(Math.max(1e-12, sum / size));
  });
  const bitmap = await sheet(units.length, units.length, shape, (data, to, place, pixel) => {
    const share = (channel: number): number => {
      const weight = values[units[place] * size + channel * pixels + pixel];
      return (Math.max(-1, Math.min(1, weight / scales[place])) + 1) / 2;
    };
    const color = ramp[Math.round(share(0) * (ramp.length - 1))];
    for (let c = 0; c < 3; c++) data[to + c] = shape.channels === 1 ? color[c] : 255 * share(c);
  });
  return { bitmap, columns: Math.max(1, units.length), units };
}

const ramp = diverging.map((color) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)));
