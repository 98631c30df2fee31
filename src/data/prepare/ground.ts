/**
 * A model of the background, fitted to the pixels that are taken as background: a smooth surface for each
 * channel, which follows light from one side and darker corners, and the usual distance of the texture from
 * it.
 */

import { leastSquares, type Points, TERMS } from './least-squares.ts';
import { takeMedian } from './median.ts';

/** Channels of a working picture, one plane each: brightness, and red and yellow against it. */
export interface Channels {
  readonly planes: readonly [Float64Array, Float64Array, Float64Array];
  readonly width: number;
  readonly height: number;
}

/** The background of one channel: its surface, and the usual distance from it. */
export interface Ground {
  readonly surface: Surface;
  readonly spread: number;
}

/** Distances below this are the camera's noise and compression, by channel. */
const LEAST_SPREAD = [3, 2.5, 2.5] as const;
/** Ratio of standard deviation to median distance of a normal distribution. */
const MEDIAN_TO_DEVIATION = 1.4826;
/** Rounds of refitting, in which outliers count less and less. */
const ROUNDS = 4;
/** Pixels that a surface is fitted to. */
const MOST_PIXELS = 1500;

/**
 * Fits the surfaces to candidate pixels, many of which may not be background.
 * @param candidates pixels taken as background; of many, some thousands at even distances are used
 * @param curved whether the surfaces are of second degree; planes otherwise
 * @returns the ground of each channel
 */
export function fitGround(channels: Channels, candidates: Uint32Array, curved: boolean): Ground[] {
  const { width, height } = channels;
  const step = Math.max(1, Math.floor(candidates.length / MOST_PIXELS));
  const chosen = new Uint32Array(Math.ceil(candidates.length / step));
  for (let k = 0; k < chosen.length; k++) chosen[k] = candidates[k * step];
  const points = pointsOf(chosen, width, height);
  return channels.planes.map((plane, channel) => {
    const values = new Float64Array(chosen.length);
    for (let k = 0; k < values.length; k++) values[k] = plane[chosen[k]];
    const { coefficients, deviation } = fitChannel(values, points, curved, LEAST_SPREAD[channel]);
    return { surface: new Surface(coefficients, width, height), spread: deviation };
  });
}

/** Iteratively reweighted least squares, with less weight for outliers. */
function fitChannel(
  values: Float64Array,
  points: Points,
  curved: boolean,
  least: number,
): { readonly coefficients: Float64Array; readonly deviation: number } {
  const weights = new Float64Array(values.length).fill(1);
  const distances = new Float64Array(values.length);
  const reordered = new Float64Array(values.length);
  let coefficients = new Float64Array(TERMS);
  let deviation = least;
  for (let round = 0; round < ROUNDS; round++) {
    coefficients = leastSquares(values, weights, points, curved);
    measure(values, points, coefficients, distances);
    reordered.set(distances);
    deviation = Math.max(least, takeMedian(reordered) * MEDIAN_TO_DEVIATION);
    weigh(distances, deviation, weights);
  }
  return { coefficients, deviation };
}

/** Distances of the values from a surface. */
function measure(
  values: Float64Array,
  { x, y, xx, xy, yy }: Points,
  c: Float64Array,
  distances: Float64Array,
): void {
  for (let k = 0; k < values.length; k++) {
    const sum = c[0] + c[1] * x[k] + c[2] * y[k] + c[3] * xx[k] + c[4] * xy[k] + c[5] * yy[k];
    distances[k] = Math.abs(values[k] - sum);
  }
}

/** Tukey's biweight: beyond 4.7 deviations, a pixel has weight 0. */
function weigh(distances: Float64Array, deviation: number, weights: Float64Array): void {
  for (let k = 0; k < distances.length; k++) {
    const share = distances[k] / (4.685 * deviation);
    weights[k] = share >= 1 ? 0 : (1 - share * share) * (1 - share * share);
  }
}

/** The terms of a surface at each pixel; x and y run from -1 to 1. */
function pointsOf(pixels: Uint32Array, width: number, height: number): Points {
  const terms = (): Float64Array => new Float64Array(pixels.length);
  const [x, y, xx, xy, yy] = [terms(), terms(), terms(), terms(), terms()];
  for (let k = 0; k < pixels.length; k++) {
    const column = pixels[k] % width;
    const across = scaled(column, width);
    const down = scaled((pixels[k] - column) / width, height);
    x[k] = across;
    y[k] = down;
    xx[k] = across * across;
    xy[k] = across * down;
    yy[k] = down * down;
  }
  return { x, y, xx, xy, yy };
}

function scaled(place: number, length: number): number {
  return length > 1 ? (2 * place) / (length - 1) - 1 : 0;
}

/** A surface over a picture. Its rows are computed when they are needed. */
export class Surface {
  readonly #coefficients: Float64Array;
  readonly #height: number;
  /** The parts of each column, which are the same in every row: c0 + c1 x, c3 x², c4 x. */
  readonly #flat: Float64Array;
  readonly #curved: Float64Array;
  readonly #turned: Float64Array;

  constructor(coefficients: Float64Array, width: number, height: number) {
    this.#coefficients = coefficients;
    this.#height = height;
    this.#flat = new Float64Array(width);
    this.#curved = new Float64Array(width);
    this.#turned = new Float64Array(width);
    for (let column = 0; column < width; column++) {
      const x = scaled(column, width);
      this.#flat[column] = coefficients[0] + coefficients[1] * x;
      this.#curved[column] = coefficients[3] * x * x;
      this.#turned[column] = coefficients[4] * x;
    }
  }

  /** Writes a row of the surface: c0 + c1 x + c2 y + c3 x² + c4 x y + c5 y², added up in this order. */
  row(row: number, into: Float64Array): void {
    const y = scaled(row, this.#height);
    const linear = this.#coefficients[2] * y;
    const square = this.#coefficients[5] * y * y;
    addTerms(into, this.#flat, linear, this.#curved, this.#turned, y, square);
  }
}

function addTerms(
  into: Float64Array,
  flat: Float64Array,
  linear: number,
  curved: Float64Array,
  turned: Float64Array,
  y: number,
  square: number,
): void {
  for (let x = 0; x < into.length; x++) into[x] = flat[x] + linear + curved[x] + turned[x] * y + square;
}
