/**
 * exp, log and the normal distribution in float64 from the four operations and square roots, which are exact by IEEE 754:
 * `Math.exp` and `Math.log` may differ between JavaScript engines in the last bit, and a search with the same seed must
 * ask for the same parameters everywhere.
 */

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const SQRT_TWO_PI = 2.5066282746310002;

const view = new DataView(new ArrayBuffer(8));

/** 2 to a whole power from -1022 to 1023. */
function powerOfTwo(exponent: number): number {
  view.setUint32(0, (exponent + 1023) << 20);
  view.setUint32(4, 0);
  return view.getFloat64(0);
}

/** e^x to about 1e-15 of its size: 0 below -708 and infinity above 709. */
export function exponential(x: number): number {
  if (!(x >= -708)) return Number.isNaN(x) ? x : 0;
  if (x > 709) return Number.POSITIVE_INFINITY;
  const n = Math.floor(x / Math.LN2 + 0.5);
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  // Taylor's series for |r| up to ln 2 / 2, by Horner's scheme; the next term is below 1e-18.
  let sum = 1;
  for (let term = 15; term >= 1; term--) sum = 1 + (sum * r) / term;
  return n > 1023 ? sum * 2 * powerOfTwo(n - 1) : sum * powerOfTwo(n);
}

/** ln x for normal positive x, to about 1e-15. Zero gives minus infinity, and a negative number NaN. */
export function logarithm(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  view.setFloat64(0, x);
  const high = view.getUint32(0);
  let n = (high >>> 20) - 1023;
  view.setUint32(0, (high & 0x000fffff) | 0x3ff00000);
  let m = view.getFloat64(0);
  if (m > Math.SQRT2) {
    m /= 2;
    n += 1;
  }
  // ln m = 2 artanh t with |t| up to 0.172, whose square is below 0.03.
  const t = (m - 1) / (m + 1);
  const square = t * t;
  let sum = 0;
  for (let k = 23; k >= 3; k -= 2) sum = (sum + 1 / k) * square;
  return n * LN2_HIGH + (n * LN2_LOW + 2 * t * (1 + sum));
}

/** P(Z <= x) for a standard normal Z, to about 1e-15. */
export function normalBelow(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < -38) return 0;
  if (x > 9) return 1;
  const density = exponential((-x * x) / 2) / SQRT_TWO_PI;
  if (x < -6) return density * tailRatio(-x);
  if (x > 6) return 1 - density * tailRatio(x);
  // x + x³/3 + x⁵/(3·5) + …: all terms have the sign of x, so nothing cancels.
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + density * sum;
}

/** Mills' ratio P(Z > x) / density(x) for x of at least 6, as Laplace's continued fraction. */
function tailRatio(x: number): number {
  let denominator = x;
  for (let k = 60; k >= 1; k--) denominator = x + k / denominator;
  return 1 / denominator;
}
