/** Reduces images by a whole factor, for thumbnails: the mean of each square of pixels. */

import type { ImageShape } from './image-shape.ts';

/** The shape after every `by` pixels across and down have become one; the last may be of fewer. */
export function reducedShape<Shape extends Pick<ImageShape, 'height' | 'width'>>(
  shape: Shape,
  by: number,
): Shape {
  return { ...shape, width: Math.ceil(shape.width / by), height: Math.ceil(shape.height / by) };
}

/** The bytes of an image [height, width, channel] as `reducedShape` has it, rounded. */
export function reduceImage(pixels: Uint8Array, shape: ImageShape, by: number): Uint8Array {
  return by === 1 ? pixels : Uint8Array.from(averageSquares(pixels, shape, by), Math.round);
}

/** The same for any values. */
export function averageSquares(values: ArrayLike<number>, shape: ImageShape, by: number): ArrayLike<number> {
  if (by === 1) return values;
  const { width, height, channels } = shape;
  const small = reducedShape(shape, by);
  const sums = new Float64Array(small.width * small.height * channels);
  const counts = new Uint32Array(sums.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < channels; channel++) {
        const to = (Math.floor(y / by) * small.width + Math.floor(x / by)) * channels + channel;
        sums[to] += values[(y * width + x) * channels + channel];
        counts[to] += 1;
      }
  return sums.map((sum, i) => sum / counts[i]);
}
