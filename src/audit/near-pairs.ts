/**
 * All pairs of images that are nearly the same: those with ‖a − b‖ ≤ threshold · max(‖a‖, ‖b‖), as they are or with
 * one of them mirrored. The search is exact, although only few pairs are compared pixel by pixel: 70,000
 * images make 2.4e9 pairs; on Fashion-MNIST at a threshold of 0.08 the index goes through 3.5e8 of them and
 * leaves 3e6 comparisons of pixels, which takes 4 s on one core.
 */

import { aNumber, bytes, checkArguments } from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { PairIndex, squaredNorm } from './pair-index.ts';

/** Two images by place, the smaller place first. */
export interface NearPair {
  readonly first: number;
  readonly second: number;
  readonly kind: 'near' | 'mirrored';
  /** Relative, 0 to the threshold. */
  readonly distance: number;
}

/** What is searched. */
export interface NearPairOptions {
  /** Images laid end to end. */
  readonly images: Uint8Array;
  readonly height: number;
  readonly width: number;
  /** Largest relative distance, 0 to 1. */
  readonly threshold: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** With more pairs, the images are similar by nature and the threshold is too large. */
const MAX_PAIRS = 20_000;

/** How long the search blocks the thread. */
const SLICE_MS = 50;

/** ‖a − b‖ / max(‖a‖, ‖b‖): 0 for equal images, 1 for black and any other. */
export function relativeDistance(a: Uint8Array, b: Uint8Array): number {
  checkArguments('relativeDistance', { a: [a, bytes], b: [b, bytes] });
  return ratio(squaredDistance(a, b), Math.max(squaredNorm(a), squaredNorm(b)));
}

/** The image mirrored horizontally: left becomes right. */
export function mirrorImage(image: Uint8Array, width: number): Uint8Array {
  checkArguments('mirrorImage', { image: [image, bytes], width: [width, aNumber] });
  return image.map((_, p) => image[p + width - 1 - 2 * (p % width)]);
}

/**
 * Every pair that is near (`near`), or near only with one image mirrored (`mirrored`). Nearest first, then by
 * index.
 * @throws CoutureError of kind `interrupted` when the signal aborts, `data` past 20,000 pairs
 */
export async function findNearPairs(options: NearPairOptions): Promise<NearPair[]> {
  const { images, height, width, threshold, signal, onProgress } = options;
  const size = height * width;
  const index = new PairIndex(images, height, width);
  const { order, norms } = index;
  const imageAt = (place: number) => images.subarray(order[place] * size, (order[place] + 1) * size);
  const pairs: NearPair[] = [];
  let sliceEnd = performance.now() + SLICE_MS;
  for (let place = 0; place < order.length; place++) {
    const candidates = index.candidatesBefore(place, threshold * norms[place]);
    const image = imageAt(place);
    const mirror = candidates.length > 0 ? mirrorImage(image, width) : image;
    const squared = squaredNorm(image);
    for (const { place: other, near, mirrored } of candidates) {
      const compare = (own: Uint8Array) => distanceWithin(threshold, own, imageAt(other), squared);
      const asIs = near ? compare(image) : undefined;
      const distance = asIs ?? (mirrored ? compare(mirror) : undefined);
      if (distance === undefined) continue;
      const first = Math.min(order[place], order[other]);
      const second = Math.max(order[place], order[other]);
      pairs.push({ first, second, kind: asIs === undefined ? 'mirrored' : 'near', distance });
    }
    if (pairs.length > MAX_PAIRS) throw tooMany(threshold);
    if (performance.now() < sliceEnd) continue;
    onProgress?.(place + 1, order.length);
    // Yields the thread for Ctrl-C, and for other work of a page.
    await new Promise((resolve) => setTimeout(resolve));
    if (signal?.aborted) throw new CoutureError('interrupted', 'Stopped before all images were compared.');
    sliceEnd = performance.now() + SLICE_MS;
  }
  onProgress?.(order.length, order.length);
  return pairs.sort((a, b) => a.distance - b.distance || a.first - b.first || a.second - b.second);
}

/** The relative distance of two images where it is within the threshold; `squared` is the larger ‖image‖² of them. */
function distanceWithin(
  threshold: number,
  a: Uint8Array,
  b: Uint8Array,
  squared: number,
): number | undefined {
  // The sum is given up a little past the threshold: what counts is the quotient, as `relativeDistance` has it.
  const distance = ratio(squaredDistance(a, b, 1.001 * threshold ** 2 * squared), squared);
  return distance <= threshold ? distance : undefined;
}

/** Σ (a − b)², or what it has come to when it is past `limit`. */
function squaredDistance(a: Uint8Array, b: Uint8Array, limit = Number.POSITIVE_INFINITY): number {
  let sum = 0;
  for (let p = 0; p < a.length && sum <= limit; p++) {
    const by = a[p] - b[p];
    sum += by * by;
  }
  return sum;
}

function ratio(squaredDistance: number, squaredNorm: number): number {
  return squaredDistance === 0 ? 0 : Math.sqrt(squaredDistance / squaredNorm);
}

function tooMany(threshold: number): CoutureError {
  return new CoutureError(
    'data',
    `More than ${MAX_PAIRS} pairs of images are within a relative distance of ${threshold}.`,
    { hint: `Use a smaller threshold for images this similar: --threshold ${threshold / 2}` },
  );
}
