/** Eigenvalues and eigenvectors of symmetric matrices in float64, for PCA. */

import { keyFromSeed, RandomStream } from '../core/philox.ts';

/** An eigenvalue with its eigenvector of length 1. */
export interface Eigenpair {
  readonly value: number;
  readonly vector: Float64Array;
}

/** A symmetric matrix as a function of a vector. */
export type SymmetricProduct = (vector: Float64Array) => Float64Array;

/** Elements this small relative to the matrix count as zero: well below the rounding of float64. */
const NEGLIGIBLE = 1e-20;

/**
 * All eigenpairs of a symmetric matrix, the largest eigenvalue first: cyclic Jacobi rotations (Golub & Van Loan,
 * "Matrix Computations", section 8.5), which zero one pair of elements at a time until all are zero.
 * @param matrix [size][size]; only read
 */
export function symmetricEigenpairs(matrix: readonly ArrayLike<number>[]): Eigenpair[] {
  const size = matrix.length;
  const a = matrix.map((row) => Float64Array.from(row));
  // Row j becomes the eigenvector of a[j][j].
  const vectors = a.map((_, i) => Float64Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)));
  const norm = Math.sqrt(a.reduce((sum, row) => sum + dot(row, row), 0));
  for (;;) {
    let rotated = false;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        if (!(Math.abs(a[p][q]) > NEGLIGIBLE * norm)) continue;
        rotated = true;
        rotate(a, vectors, p, q);
      }
    }
    if (!rotated) break;
  }
  return vectors
    .map((vector, j) => ({ value: a[j][j], vector }))
    .sort((first, second) => second.value - first.value);
}

/** The rotation in the plane of p and q after which a[p][q] is 0. */
function rotate(a: readonly Float64Array[], vectors: readonly Float64Array[], p: number, q: number): void {
  const tau = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const tangent = (tau < 0 ? -1 : 1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = tangent * cosine;
  for (const row of a) [row[p], row[q]] = [cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]];
  for (const rows of [a, vectors]) {
    for (let j = 0; j < rows[p].length; j++) {
      const x = rows[p][j];
      const y = rows[q][j];
      rows[p][j] = cosine * x - sine * y;
      rows[q][j] = sine * x + cosine * y;
    }
  }
  a[p][q] = 0;
  a[q][p] = 0;
}

/** More vectors than are asked for are iterated: the error falls with the first eigenvalue left out. */
const SPARE_VECTORS = 14;

/** An eigenpair is found when A v - value v is this small beside the largest eigenvalue. */
const TOLERANCE = 1e-12;

/** Only eigenvalues that are all but equal take so many; then what is left of the error mixes such equals. */
const MAX_ROUNDS = 1000;

/**
 * The eigenpairs of the `count` largest eigenvalues, the largest first, of a symmetric matrix with none below 0, by
 * subspace iteration with Rayleigh-Ritz (Golub & Van Loan, section 8.2): power iteration of several vectors at
 * once, which needs products with the matrix alone. The start is drawn from a fixed key: the same matrix always
 * gives the same vectors.
 */
export function largestEigenpairs(size: number, count: number, product: SymmetricProduct): Eigenpair[] {
  const wanted = Math.min(count, size);
  const random = new RandomStream(keyFromSeed(0));
  const draw = (): Float64Array => Float64Array.from({ length: size }, () => random.nextFloat() - 0.5);
  let basis = orthonormal(Array.from({ length: Math.min(size, wanted + SPARE_VECTORS) }, draw), draw);
  for (let round = 1; ; round++) {
    const images = basis.map(product);
    const ritz = symmetricEigenpairs(basis.map((vector) => images.map((image) => dot(vector, image))));
    const vectors = ritz.map(({ vector }) => combine(basis, vector));
    const products = ritz.map(({ vector }) => combine(images, vector));
    const found = ritz
      .slice(0, wanted)
      .every(
        ({ value }, i) => distance(products[i], vectors[i], value) <= TOLERANCE * Math.abs(ritz[0].value),
      );
    if (found || round === MAX_ROUNDS)
      return ritz.slice(0, wanted).map(({ value }, i) => ({ value, vector: vectors[i] }));
    basis = orthonormal(products, draw);
  }
}

/** Orthonormal vectors of the same span (Gram-Schmidt, twice for rounding); drawn ones where the span is too small. */
function orthonormal(vectors: readonly Float64Array[], draw: () => Float64Array): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    let rest: Float64Array = vector.slice();
    for (;;) {
      const before = Math.sqrt(dot(rest, rest));
      for (let pass = 0; pass < 2; pass++) for (const other of basis) subtract(rest, other, dot(rest, other));
      const after = Math.sqrt(dot(rest, rest));
      if (after > 1e-10 * before) {
        basis.push(rest.map((value) => value / after));
        break;
      }
      rest = draw();
    }
  }
  return basis;
}

function combine(vectors: readonly Float64Array[], factors: Float64Array): Float64Array {
  const sum = new Float64Array(vectors[0].length);
  vectors.forEach((vector, i) => {
    subtract(sum, vector, -factors[i]);
  });
  return sum;
}

function subtract(from: Float64Array, vector: Float64Array, factor: number): void {
  for (let i = 0; i < from.length; i++) from[i] -= factor * vector[i];
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The length of a - factor b. */
function distance(a: Float64Array, b: Float64Array, factor: number): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - factor * b[i]) ** 2;
  return Math.sqrt(sum);
}
