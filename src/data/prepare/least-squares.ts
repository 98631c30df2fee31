/** Weighted least squares of a surface over points: 1, x, y, and where it is curved, x², xy, y². */

/** Number of terms of a curved surface. */
export const TERMS = 6;
/** Number of terms of a plane. */
const PLANE_TERMS = 3;

/** The terms at each point, apart from the constant one. */
export interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly xx: Float64Array;
  readonly xy: Float64Array;
  readonly yy: Float64Array;
}

/**
 * The coefficients of the surface that is closest to the values.
 * @param curved whether it may be curved; the coefficients of x², xy and y² are 0 otherwise
 */
export function leastSquares(
  values: Float64Array,
  weights: Float64Array,
  points: Points,
  curved: boolean,
): Float64Array<ArrayBuffer> {
  const terms = curved ? TERMS : PLANE_TERMS;
  const matrix = new Float64Array(terms * terms);
  const right = new Float64Array(terms);
  if (curved) sumCurved(values, weights, points, matrix, right);
  else sumPlane(values, weights, points, matrix, right);
  const coefficients = new Float64Array(TERMS);
  coefficients.set(solve(matrix, right, terms));
  return coefficients;
}

/**
 * The sums of the normal equations, lower triangle, each in a variable of its own: a loop over terms takes several times as
 * long.
 */
function sumCurved(
  values: Float64Array,
  weights: Float64Array,
  { x, y, xx, xy, yy }: Points,
  matrix: Float64Array,
  right: Float64Array,
): void {
  let r0 = 0,
    r1 = 0,
    r2 = 0,
    r3 = 0,
    r4 = 0,
    r5 = 0;
  let m0 = 0,
    m10 = 0,
    m11 = 0,
    m20 = 0,
    m21 = 0,
    m22 = 0;
  let m30 = 0,
    m31 = 0,
    m32 = 0,
    m33 = 0,
    m40 = 0,
    m41 = 0,
    m42 = 0,
    m43 = 0,
    m44 = 0;
  let m50 = 0,
    m51 = 0,
    m52 = 0,
    m53 = 0,
    m54 = 0,
    m55 = 0;
  for (let k = 0; k < values.length; k++) {
    const w = weights[k];
    if (w === 0) continue;
    const value = values[k];
    const x1 = x[k];
    const y1 = y[k];
    const x2 = xx[k];
    const xy1 = xy[k];
    const wx = w * x1;
    const wy = w * y1;
    const wxx = w * x2;
    const wxy = w * xy1;
    const wyy = w * yy[k];
    r0 += w * value;
    r1 += wx * value;
    r2 += wy * value;
    r3 += wxx * value;
    r4 += wxy * value;
    r5 += wyy * value;
    m0 += w;
    m10 += wx;
    m11 += wx * x1;
    m20 += wy;
    m21 += wy * x1;
    m22 += wy * y1;
    m30 += wxx;
    m31 += wxx * x1;
    m32 += wxx * y1;
    m33 += wxx * x2;
    m40 += wxy;
    m41 += wxy * x1;
    m42 += wxy * y1;
    m43 += wxy * x2;
    m44 += wxy * xy1;
    m50 += wyy;
    m51 += wyy * x1;
    m52 += wyy * y1;
    m53 += wyy * x2;
    m54 += wyy * xy1;
    m55 += wyy * yy[k];
  }
  right.set([r0, r1, r2, r3, r4, r5]);
  matrix.set([m0, 0, 0, 0, 0, 0, m10, m11, 0, 0, 0, 0, m20, m21, m22, 0, 0, 0, m30, m31, m32, m33]);
  matrix.set([m40, m41, m42, m43, m44, 0, m50, m51, m52, m53, m54, m55], 4 * TERMS);
}

/** The same for a plane. */
function sumPlane(
  values: Float64Array,
  weights: Float64Array,
  { x, y }: Points,
  matrix: Float64Array,
  right: Float64Array,
): void {
  let r0 = 0,
    r1 = 0,
    r2 = 0,
    m0 = 0,
    m10 = 0,
    m11 = 0,
    m20 = 0,
    m21 = 0,
    m22 = 0;
  for (let k = 0; k < values.length; k++) {
    const w = weights[k];
    const wx = w * x[k];
    const wy = w * y[k];
    r0 += w * values[k];
    r1 += wx * values[k];
    r2 += wy * values[k];
    m0 += w;
    m10 += wx;
    m11 += wx * x[k];
    m20 += wy;
    m21 += wy * x[k];
    m22 += wy * y[k];
  }
  right.set([r0, r1, r2]);
  matrix.set([m0, 0, 0, m10, m11, 0, m20, m21, m22]);
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
