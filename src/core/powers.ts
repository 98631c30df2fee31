/**
 * Whole powers and roots in float64 by multiplication only: `Math.pow` may differ between JavaScript engines
 * in the last bit, and learning rates are part of a run's bits.
 */

/** `base` to the power of a whole `exponent` of at least 0, by squaring. */
export function power(base: number, exponent: number): number {
  let result = 1;
  for (let [square, rest] = [base, exponent]; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}

/** The `degree`-th root of a number of at least 1: the largest float64 whose power is not above it. */
export function root(value: number, degree: number): number {
  let [low, high] = [1, value];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return power(high, degree) <= value ? high : low;
    if (power(middle, degree) <= value) low = middle;
    else high = middle;
  }
}
