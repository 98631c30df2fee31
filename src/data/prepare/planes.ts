/**
 * Resizes planes of numbers, the channels of a picture. Float64 in one fixed
 * order of adds, multiplies and divisions, so that every JavaScript engine gives the same.
 */

import type { Box } from './picture.ts';

/** One number for each pixel, row by row. */
export interface Plane {
  readonly values: Float32Array | Float64Array | Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** Numbers from one pixel to the next, and where the first is: for one channel of interleaved bytes. */
  readonly stride?: number;
  readonly offset?: number;
}

/** The weights of some source pixels in a row for one pixel of the result. They sum to 1. */
interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
}

/**
 * A rectangle of a plane in another size. Shrinking takes the mean of the area that falls on a pixel; enlarging is bicubic
 * (Catmull-Rom). Each side by itself. Beyond the plane, its border is repeated.
 */
export function resample(plane: Plane, box: Box, width: number, height: number): Float64Array<ArrayBuffer> {
  const across = taps(box.left, box.width, width, plane.width);
  const downward = taps(box.top, box.height, height, plane.height);
  const { values, stride = 1, offset = 0 } = plane;
  const top = Math.min(...downward.map(({ first }) => first));
  const bottom = Math.max(...downward.map(({ first, weights }) => first + weights.length));
  const rows = new Float64Array((bottom - top) * width);
  for (let y = top; y < bottom; y++) {
    const row = offset + y * plane.width * stride;
    for (let x = 0; x < width; x++) {
      const { first, weights } = across[x];
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * values[row + (first + k) * stride];
      rows[(y - top) * width + x] = sum;
    }
  }
  const result = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    const { first, weights } = downward[y];
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * rows[(first - top + k) * width + x];
      result[y * width + x] = sum;
    }
  }
  return result;
}

/** For each of `count` pixels that a stretch of `size` source pixels becomes, what it is made of. */
function taps(start: number, size: number, count: number, limit: number): Taps[] {
  const step = size / count;
  return Array.from({ length: count }, (_, i) =>
    step >= 1
      ? areaTaps(start + i * step, start + (i + 1) * step, limit)
      : cubicTaps(start + (i + 0.5) * step - 0.5, limit),
  );
}

/** How much of each source pixel lies between two places. */
function areaTaps(from: number, to: number, limit: number): Taps {
  const first = Math.max(0, Math.min(limit - 1, Math.floor(from)));
  const last = Math.max(first, Math.min(limit - 1, Math.ceil(to) - 1));
  const weights = new Float64Array(last - first + 1);
  for (let k = 0; k < weights.length; k++) {
    const [left, right] = [first + k, first + k + 1];
    // At the ends of the plane, the border pixel represents all beyond it.
    const low = first + k === 0 ? from : Math.max(from, left);
    const high = right === limit ? to : Math.min(to, right);
    weights[k] = Math.max(0, high - low);
  }
  return { first, weights: normalized(weights) };
}

function cubicTaps(center: number, limit: number): Taps {
  const base = Math.floor(center);
  const t = center - base;
  const four = [
    ((-0.5 * t + 1) * t - 0.5) * t,
    (1.5 * t - 2.5) * t * t + 1,
    ((-1.5 * t + 2) * t + 0.5) * t,
    (0.5 * t - 0.5) * t * t,
  ];
  const inside = (place: number): number => Math.max(0, Math.min(limit - 1, place));
  const first = inside(base - 1);
  const weights = new Float64Array(inside(base + 2) - first + 1);
  four.forEach((weight, k) => {
    weights[inside(base - 1 + k) - first] += weight;
  });
  return { first, weights };
}

function normalized(weights: Float64Array): Float64Array {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return sum > 0 ? weights.map((weight) => weight / sum) : weights.fill(1 / weights.length);
}

/** A number as a byte, halves up. */
export function toByte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.floor(value + 0.5);
}
