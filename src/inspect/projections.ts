/**
 * Projects rows of numbers onto the plane: PCA, which is exact and fast, and UMAP, which keeps neighbors
 * together.
 */

import { aFunction, aNumber, aSignal, checkArguments, exactly, floats, optional } from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { aKey, fork, type Key, RandomStream } from '../core/philox.ts';
import { largestEigenpairs } from './eigen.ts';

/** Fewer rows have no useful neighborhoods. */
const FEWEST_ROWS = 4;

/**
 * Rows of length 1, so that images are compared by which units are active and not by how strongly: otherwise
 * the most confident images of a few classes span the map, and the others are heaped at its corner. A row of
 * zeros stays one.
 * @param values [rows, width]
 */
export function unitRows(values: Float32Array, width: number): Float32Array {
  const scaled = values.slice();
  for (let start = 0; start < values.length; start += width) {
    const row = scaled.subarray(start, start + width);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) for (let j = 0; j < width; j++) row[j] /= length;
  }
  return scaled;
}

/** Points by principal components. */
export interface PrincipalComponents {
  /** [rows, 2], in the units of the values. */
  readonly points: Float32Array;
  /** The share of the variance along each axis. */
  readonly explained: readonly [number, number];
}

/**
 * Projects rows onto the two directions of largest variance (Pearson 1901), largest first. The sign of each
 * direction makes its largest component positive, and sums run in the order of the rows: the same rows always
 * give the same points.
 * @param values [rows, width]
 * @throws CoutureError of kind `runtime` when a value is not finite
 */
export function principalComponents(values: Float32Array, width: number): PrincipalComponents {
  const rows = values.length / width;
  const mean = new Float64Array(width);
  for (let i = 0; i < values.length; i++) mean[i % width] += values[i];
  for (let j = 0; j < width; j++) mean[j] /= rows;
  let total = 0;
  for (let i = 0; i < values.length; i++) total += (values[i] - mean[i % width]) ** 2;

  if (!Number.isFinite(total))
    throw new CoutureError('runtime', 'Some activations to be mapped are not finite.');

  // Along v each row reaches (row - mean) · v.
  const reach = (vector: Float64Array): Float64Array =>
    Float64Array.from({ length: rows }, (_, row) => {
      let sum = 0;
      for (let j = 0; j < width; j++) sum += (values[row * width + j] - mean[j]) * vector[j];
      return sum;
    });
  // The covariance times the number of rows, never stored as a matrix: that of a wide layer would not fit in
  // memory.
  const scatter = (vector: Float64Array): Float64Array => {
    const product = new Float64Array(width);
    reach(vector).forEach((along, row) => {
      for (let j = 0; j < width; j++) product[j] += along * (values[row * width + j] - mean[j]);
    });
    return product;
  };

  const points = new Float32Array(rows * 2);
  const explained: [number, number] = [0, 0];
  largestEigenpairs(width, 2, scatter).forEach(({ value, vector }, axis) => {
    const turned = pointForward(vector);
    reach(turned).forEach((along, row) => {
      points[row * 2 + axis] = along;
    });
    if (total > 0) explained[axis] = Math.max(0, value) / total;
  });
  return { points, explained };
}

/** The vector or its opposite: the one whose largest component is positive. */
function pointForward(vector: Float64Array): Float64Array {
  const largest = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best));
  return largest < 0 ? vector.map((value) => -value) : vector;
}

/** Options of `umap`. */
export interface UmapOptions {
  /** Source of all randomness. */
  readonly key: Key;
  /** Number of neighbors of a row. */
  readonly neighbors?: number | undefined;
  /** Called after each part of the work, with the share of it that is done. */
  readonly onProgress?: ((done: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const umapOptions = exactly({
  key: aKey,
  neighbors: optional(aNumber),
  onProgress: optional(aFunction),
  signal: optional(aSignal),
});

/** Other work gets a turn, and the signal a look, after so many milliseconds of layout. */
const TURN = 50;

/**
 * Projects rows so that neighbors stay neighbors (McInnes, Healy & Melville, "UMAP", 2018), by `umap-js`; the
 * distances between groups mean little. It takes a few milliseconds a row, so a subset is enough; the first third of
 * that, the search for neighbors, is one piece in which nothing else gets a turn: a page does it in a worker.
 * @param values [rows, width]
 * @returns points [rows, 2]; undefined for fewer than 4 rows
 * @throws CoutureError of kind `usage` for arguments that do not match, `interrupted` when `signal` aborted
 */
export async function umap(
  values: Float32Array,
  width: number,
  options: UmapOptions,
): Promise<Float32Array | undefined> {
  checkArguments('umap', {
    values: [values, floats],
    width: [width, aNumber],
    options: [options, umapOptions],
  });
  const { key, neighbors = 15, onProgress, signal } = options;
  for (const [name, value] of Object.entries({ width, neighbors }))
    if (!(Number.isInteger(value) && value >= 1))
      throw new CoutureError('usage', `${name} must be a whole number from 1 up, not ${value}.`);
  if (values.length % width !== 0)
    throw new CoutureError('usage', `${values.length} values do not make rows of ${width}.`);
  const rows = Array.from({ length: values.length / width }, (_, row) =>
    Array.from(values.subarray(row * width, (row + 1) * width)),
  );
  if (rows.length < FEWEST_ROWS) return undefined;
  // Loaded when it is needed: everything else here runs without the package.
  const { UMAP } = await import('umap-js');
  const random = new RandomStream(fork(key, 'umap'));
  const layout = new UMAP({
    nNeighbors: Math.min(neighbors, rows.length - 1),
    random: () => random.nextFloat(),
  });
  const epochs = layout.initializeFit(rows);
  let turnEnds = performance.now();
  for (let epoch = 0; epoch < epochs; epoch++) {
    if (performance.now() >= turnEnds) {
      onProgress?.(epoch / epochs);
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (signal?.aborted) throw new CoutureError('interrupted', 'Stopped before the map was drawn.');
      turnEnds = performance.now() + TURN;
    }
    layout.step();
  }
  onProgress?.(1);
  return Float32Array.from(layout.getEmbedding().flat());
}
