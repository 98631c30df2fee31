/**
 * A model of the background, fitted to the pixels that are taken as background: a smooth surface for each
 * channel, which follows light from one side and darker corners, and the usual distance of the texture from
 * it.
 */

/** Channels of a working picture, one plane each: brightness, and red and yellow against it. */
export interface Channels {
  readonly planes: readonly [Float64Array, Float64Array, Float64Array];
  readonly width: number;
  readonly height: number;
}

/** For each channel the surface at every pixel, and the usual distance of the background from it. */
export interface GroundModel {
  readonly surfaces: readonly Float64Array[];
  readonly spread: readonly number[];
}

/** Distances below this are the camera's noise and compression, by channel. */
const LEAST_SPREAD = [3, 2.5, 2.5] as const;
/** Ratio of standard deviation to median distance of a normal distribution. */
const MEDIAN_TO_DEVIATION = 1.4826;
/** Rounds of refitting, in which outliers count less and less. */
const ROUNDS = 4;
/** The terms of a surface: 1, x, y, and where it is curved, x², xy, y². */
const TERMS = 6;
/** Pixels that a surface is fitted to. */
const MOST_PIXELS = 1500;

/**
 * Fits the surfaces to candidate pixels, many of which may not be background.
 * @param candidates pixels taken as background; of many, some thousands at even distances are used
 * @param curved whether the surfaces are of second degree; planes otherwise
 */
export function fitGround(channels: Channels, candidates: Uint32Array, curved: boolean): GroundModel {
  const { width, height } = channels;
  const terms = curved ? TERMS : 3;
  const step = Math.max(1, Math.floor(candidates.length / MOST_PIXELS));
  const chosen = candidates.filter((_, k) => k % step === 0);
  const rows = basisOf(chosen, width, height);
  const fits = channels.planes.map((plane, channel) =>
    fitChannel(
      Float64Array.from(chosen, (i) => plane[i]),
      rows,
      terms,
      LEAST_SPREAD[channel],
    ),
  );
  return {
    surfaces: fits.map(({ coefficients }) => evaluate(coefficients, width, height)),
    spread: fits.map(({ deviation }) => deviation),
  };
}

/** Iteratively reweighted least squares, with less weight for outliers. */
function fitChannel(
  values: Float64Array,
  rows: Float64Array,
  terms: number,
  least: number,
): { readonly coefficients: Float64Array; readonly deviation: number } {
  const weights = new Float64Array(values.length).fill(1);
  const distances = new Float64Array(values.length);
  let coefficients = new Float64Array(TERMS);
  let deviation = least;
  for (let round = 0; round < ROUNDS; round++) {
    coefficients = leastSquares(values, weights, rows, terms);
    for (let k = 0; k < values.length; k++) {
      let sum = 0;
      for (let term = 0; term < TERMS; term++) sum += coefficients[term] * rows[k * TERMS + term];
      distances[k] = Math.abs(values[k] - sum);
    }
    deviation = Math.max(least, median(distances) * MEDIAN_TO_DEVIATION);
    // Tukey's biweight: beyond 4.7 deviations, a pixel has weight 0.
    for (let k = 0; k < values.length; k++) {
      const share = distances[k] / (4.685 * deviation);
      weights[k] = share >= 1 ? 0 : (1 - share * share) * (1 - share * share);
    }
  }
  return { coefficients, deviation };
}

/** The value in the middle; of an even count the upper one of both. */
export function median(values: Float64Array): number {
  return values.length === 0 ? 0 : Float64Array.from(values).sort()[values.length >> 1];
}

/** The terms at each pixel; x and y run from -1 to 1. */
function basisOf(pixels: Uint32Array, width: number, height: number): Float64Array {
  const rows = new Float64Array(pixels.length * TERMS);
  pixels.forEach((i, k) => {
    const x = scaled(i % width, width);
    const y = scaled(Math.floor(i / width), height);
    rows.set([1, x, y, x * x, x * y, y * y], k * TERMS);
  });
  return rows;
}

function scaled(place: number, length: number): number {
  return length > 1 ? (2 * place) / (length - 1) - 1 : 0;
}

function leastSquares(
  values: Float64Array,
  weights: Float64Array,
  rows: Float64Array,
  terms: number,
): Float64Array<ArrayBuffer> {
  const matrix = new Float64Array(terms * terms);
  const right = new Float64Array(terms);
  for (let k = 0; k < values.length; k++) {
    if (weights[k] === 0) continue;
    for (let a = 0; a < terms; a++) {
      const part = weights[k] * rows[k * TERMS + a];
      right[a] += part * values[k];
      for (let b = 0; b <= a; b++) matrix[a * terms + b] += part * rows[k * TERMS + b];
    }
  }
  const coefficients = new Float64Array(TERMS);
  coefficients.set(solve(matrix, right, terms));
  return coefficients;
}

/** Cholesky, with a little on the diagonal so that there is a solution for any pixels. */
function solve(matrix: Float64Array, right: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  const ridge = 1e-6 * (matrix[0] + 1);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j] + (i === j ? ridge : 0);
      for (let k = 0; k < j; k++) sum -= lower[i * size + k] * lower[j * size + k];
      lower[i * size + j] = i === j ? Math.sqrt(Math.max(sum, ridge * 1e-3)) : sum / lower[j * size + j];
    }
  }
  const result = Float64Array.from(right);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) result[i] -= lower[i * size + k] * result[k];
    result[i] /= lower[i * size + i];
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) result[i] -= lower[k * size + i] * result[k];
    result[i] /= lower[i * size + i];
  }
  return result;
}

function evaluate(c: Float64Array, width: number, height: number): Float64Array<ArrayBuffer> {
  const surface = new Float64Array(width * height);
  for (let row = 0; row < height; row++) {
    const y = scaled(row, height);
    for (let column = 0; column < width; column++) {
      const x = scaled(column, width);
      surface[row * width + column] = c[0] + c[1] * x + c[2] * y + c[3] * x * x + c[4] * x * y + c[5] * y * y;
    }
  }
  return surface;
}
