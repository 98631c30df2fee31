/**
 * Normalization over [rows, width], stated plainly: each operation rounded to float32. As torch.nn.BatchNorm1d, rows
 * added in order, and torch.nn.LayerNorm, a row's features added by `rowSum`; the constants are their defaults.
 */

import { NORM_EPSILON } from '../../model/norm-epsilon.ts';

const f = Math.fround;
const EPSILON = f(NORM_EPSILON);
const MOMENTUM = f(0.1);
const REST = f(0.9);

/** One layer's vectors of `width`. */
export interface NormTensors {
  readonly scale: Float32Array;
  readonly shift: Float32Array;
  readonly runningMean: Float32Array;
  readonly runningVariance: Float32Array;
  /** 1 / standard deviation that the last forward pass used: of each feature, or of each row. */
  readonly inverse: Float32Array;
}

/** Normalizes z in place, by the batch's statistics, which also move the running ones, or by the running ones. */
export function normForward(z: Float32Array, rows: number, norm: NormTensors, byBatch: boolean): void {
  const width = norm.scale.length;
  for (let j = 0; j < width; j++) {
    let mean = norm.runningMean[j];
    let variance = norm.runningVariance[j];
    if (byBatch) {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum = f(sum + z[row * width + j]);
      mean = f(sum / rows);
      let squares = 0;
      for (let row = 0; row < rows; row++) {
        const distance = f(z[row * width + j] - mean);
        squares = f(squares + f(distance * distance));
      }
      variance = f(squares / rows);
      const unbiased = f(squares / Math.max(rows - 1, 1));
      norm.runningMean[j] = f(f(REST * norm.runningMean[j]) + f(MOMENTUM * mean));
      norm.runningVariance[j] = f(f(REST * norm.runningVariance[j]) + f(MOMENTUM * unbiased));
    }
    const inverse = inverseDeviation(variance);
    norm.inverse[j] = inverse;
    for (let row = 0; row < rows; row++) {
      const at = row * width + j;
      z[at] = f(f(z[at] - mean) * inverse);
    }
  }
}

/** 1 / standard deviation; a variance that overflowed makes NaN, not 0. */
function inverseDeviation(variance: number): number {
  return f(1 / f(Math.sqrt(f(variance + EPSILON)))) + variance * 0;
}

/** The tensors in which scaleBackward leaves the gradients. */
export interface NormGradients {
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

/** Gradients of scale and shift from `da`, that with respect to the scaled and shifted values: sums over the rows in order. */
export function scaleBackward(
  da: Float32Array,
  normalized: Float32Array,
  rows: number,
  gradients: NormGradients,
): void {
  const width = gradients.scale.length;
  for (let j = 0; j < width; j++) {
    let sum = 0;
    let product = 0;
    for (let row = 0; row < rows; row++) {
      const at = row * width + j;
      sum = f(sum + da[at]);
      product = f(product + f(da[at] * normalized[at]));
    }
    gradients.shift[j] = sum;
    gradients.scale[j] = product;
  }
}

/**
 * The gradient `da` with respect to the scaled and shifted values becomes that with respect to z.
 * @param normalized what normForward left in z
 */
export function normBackward(
  da: Float32Array,
  normalized: Float32Array,
  rows: number,
  norm: NormTensors,
  gradients: NormGradients,
  byBatch: boolean,
): void {
  const width = norm.scale.length;
  scaleBackward(da, normalized, rows, gradients);
  for (let j = 0; j < width; j++) {
    const [sum, product] = [gradients.shift[j], gradients.scale[j]];
    const factor = f(norm.scale[j] * norm.inverse[j]);
    // The running statistics do not depend on the batch.
    const meanSum = byBatch ? f(sum / rows) : 0;
    const meanProduct = byBatch ? f(product / rows) : 0;
    for (let row = 0; row < rows; row++) {
      const at = row * width + j;
      da[at] = f(factor * f(f(da[at] - meanSum) - f(normalized[at] * meanProduct)));
    }
  }
}

/**
 * The sum of a row's values: sixteen sums, of the features by their number modulo 16, each in order; of these the upper
 * half is added to the lower, until one is left.
 */
function rowSum(width: number, value: (feature: number) => number): number {
  const sums = new Float32Array(16);
  for (let j = 0; j < width; j++) sums[j % 16] = f(sums[j % 16] + value(j));
  for (let half = 8; half >= 1; half /= 2) {
    for (let i = 0; i < half; i++) sums[i] = f(sums[i] + sums[i + half]);
  }
  return sums[0];
}

/**
 * Normalizes each row of z in place.
 * @param inverse one value a row: 1 / standard deviation
 */
export function layerNormForward(z: Float32Array, rows: number, inverse: Float32Array): void {
  const width = z.length / rows;
  for (let row = 0; row < rows; row++) {
    const values = z.subarray(row * width, (row + 1) * width);
    const mean = f(rowSum(width, (j) => values[j]) / width);
    const squares = rowSum(width, (j) => {
      const distance = f(values[j] - mean);
      return f(distance * distance);
    });
    inverse[row] = inverseDeviation(f(squares / width));
    for (let j = 0; j < width; j++) values[j] = f(f(values[j] - mean) * inverse[row]);
  }
}

/**
 * The gradient `da` with respect to the scaled and shifted values becomes that with respect to z.
 * @param normalized what layerNormForward left in z
 */
export function layerNormBackward(
  da: Float32Array,
  normalized: Float32Array,
  rows: number,
  { scale, inverse }: Pick<NormTensors, 'scale' | 'inverse'>,
): void {
  const width = scale.length;
  for (let row = 0; row < rows; row++) {
    const gradients = da.subarray(row * width, (row + 1) * width);
    const values = normalized.subarray(row * width, (row + 1) * width);
    for (let j = 0; j < width; j++) gradients[j] = f(gradients[j] * scale[j]);
    const meanSum = f(rowSum(width, (j) => gradients[j]) / width);
    const meanProduct = f(rowSum(width, (j) => f(gradients[j] * values[j])) / width);
    for (let j = 0; j < width; j++)
      gradients[j] = f(inverse[row] * f(f(gradients[j] - meanSum) - f(values[j] * meanProduct)));
  }
}
