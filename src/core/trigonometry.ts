/**
 * Sine and cosine in float64 by multiplication and addition only: `Math.sin` and `Math.cos` may differ
 * between JavaScript engines in the last bit, and learning rates and rotations are part of a run's bits.
 */

/** Terms of the Taylor series: past π / 2 the next one is below 1e-18. */
const TERMS = 13;

/** sin x for |x| up to π / 2, to about 1e-16. */
export function sine(x: number): number {
  const square = x * x;
  let sum = 0;
  // From the smallest term to the largest, as Horner's scheme.
  for (let n = TERMS; n >= 1; n--) sum = -((1 + sum) * square) / (2 * n * (2 * n + 1));
  return x * (1 + sum);
}

/** cos x for x from 0 to π. */
export function cosine(x: number): number {
  return sine(Math.PI / 2 - x);
}
