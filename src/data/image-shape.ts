/**
 * The size of an image and its number of channels. The worker of a page loads this file, so it imports no
 * package; the schema is in dataset-info.ts.
 */

import { anObject, checkArguments } from '../core/arguments.ts';

/** Pixels of the longest side of an image that a network takes. */
export const MAX_SIDE = 128;

/**
 * Bytes of an image lie as height, width, channel; a network's input as channel, height, width, as torchvision has it.
 */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  /** 1 channel is gray, 3 are red, green and blue. */
  readonly channels: 1 | 3;
}

/** Values of one image: bytes of a picture, inputs of a network. */
export function imageSize(shape: ImageShape): number {
  checkArguments('imageSize', { shape: [shape, anObject] });
  const { height, width, channels } = shape;
  return height * width * channels;
}

/** `28x28 gray` or `32x32 color`, for people. */
export function describeShape({ height, width, channels }: ImageShape): string {
  return `${height}x${width} ${channels === 1 ? 'gray' : 'color'}`;
}

/** Whether two shapes are the same. */
export function sameShape(a: ImageShape, b: ImageShape): boolean {
  return a.height === b.height && a.width === b.width && a.channels === b.channels;
}

/**
 * Images laid end to end, from height, width, channel to channel, height, width: a plane for each channel.
 * Gray images are the same either way and are returned unchanged.
 */
export function toPlanes<Bytes extends Uint8Array>(images: Bytes, shape: ImageShape): Bytes | Uint8Array {
  return shape.channels === 1 ? images : transposeEach(images, shape.height * shape.width, shape.channels);
}

/** The reverse of `toPlanes`. */
export function fromPlanes<Bytes extends Uint8Array>(planes: Bytes, shape: ImageShape): Bytes | Uint8Array {
  return shape.channels === 1 ? planes : transposeEach(planes, shape.channels, shape.height * shape.width);
}

/** Each image as a matrix [rows, columns], transposed. */
function transposeEach(images: Uint8Array, rows: number, columns: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(images.length);
  const size = rows * columns;
  for (let image = 0; image < images.length; image += size)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        result[image + column * rows + row] = images[image + row * columns + column];
  return result;
}
