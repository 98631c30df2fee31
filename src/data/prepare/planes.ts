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

/** The taps of all pixels of a side, one after the other. */
interface Side {
  readonly first: Uint32Array;
  /** Where the weights of each pixel begin, and, as the last one, where all of them end. */
  readonly starts: Uint32Array;
  readonly weights: Float64Array;
}

/**
 * A rectangle of a plane in another size. Shrinking takes the mean of the area that falls on a pixel; enlarging is bicubic
 * (Catmull-Rom). Each side by itself. Beyond the plane, its border is repeated.
 */
export function resample(plane: Plane, box: Box, width: number, height: number): Float64Array<ArrayBuffer> {
  return resampler(plane, box, width, height)(plane);
}

/** The same for many planes of one size: what the pixels are made of is found once. */
export function resampler(
  from: Pick<Plane, 'width' | 'height'>,
  box: Box,
  width: number,
  height: number,
): (plane: Plane) => Float64Array<ArrayBuffer> {
  const across = sideOf(box.left, box.width, width, from.width);
  const down = sideOf(box.top, box.height, height, from.height);
  return (plane) => shrinkDown(shrinkAcross(plane, across, down), across.first.length, down);
}

/** The rows that are needed, from the first to the last, each with as many pixels as the result has. */
function shrinkAcross(plane: Plane, { first, starts, weights }: Side, down: Side): Float64Array {
  const { values, stride = 1, offset = 0 } = plane;
  const [top, bottom] = rowsOf(down);
  const width = first.length;
  const rows = new Float64Array((bottom - top) * width);
  for (let y = top, to = 0; y < bottom; y++) {
    const row = offset + y * plane.width * stride;
    for (let x = 0; x < width; x++, to++) {
      let sum = 0;
      for (let k = starts[x], at = row + first[x] * stride; k < starts[x + 1]; k++, at += stride)
        sum += weights[k] * values[at];
      rows[to] = sum;
    }
  }
  return rows;
}

/** Row by row: going down each column would miss the cache at every pixel. The sums are the same. */
function shrinkDown(rows: Float64Array, width: number, down: Side): Float64Array<ArrayBuffer> {
  const { first, starts, weights } = down;
  const [top] = rowsOf(down);
  const height = first.length;
  const result = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    const to = y * width;
    for (let k = starts[y], from = (first[y] - top) * width; k < starts[y + 1]; k++, from += width) {
      const weight = weights[k];
      for (let x = 0; x < width; x++) result[to + x] += weight * rows[from + x];
    }
  }
  return result;
}

/** The first row that is needed, and the one after the last. */
function rowsOf({ first, starts }: Side): [top: number, bottom: number] {
  let [top, bottom] = [Number.POSITIVE_INFINITY, 0];
  for (let y = 0; y < first.length; y++) {
    top = Math.min(top, first[y]);
    bottom = Math.max(bottom, first[y] + starts[y + 1] - starts[y]);
  }
  return [top, bottom];
}

/** What each of `count` pixels is made of that a stretch of `size` source pixels becomes. */
function sideOf(start: number, size: number, count: number, limit: number): Side {
  const step = size / count;
  const taps = Array.from({ length: count }, (_, i) =>
    step >= 1
      ? areaTaps(start + i * step, start + (i + 1) * step, limit)
      : cubicTaps(start + (i + 0.5) * step - 0.5, limit),
  );
  const starts = new Uint32Array(count + 1);
  taps.forEach(({ weights }, i) => {
    starts[i + 1] = starts[i] + weights.length;
  });
  const weights = new Float64Array(starts[count]);
  taps.forEach((own, i) => {
    weights.set(own.weights, starts[i]);
  });
  return { first: Uint32Array.from(taps, (own) => own.first), starts, weights };
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
