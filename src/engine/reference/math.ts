/**
 * exp and log in float32 from multiply and add alone: the same steps, rounded alike, as kernels/math.ts, which
 * names their source. `Math.exp` and `Math.log` may differ between engines.
 */

const f = Math.fround;
const floats = new Float32Array(1);
const bits = new Int32Array(floats.buffer);

function horner(coefficients: Float32Array, r: number): number {
  let p = coefficients[0];
  for (let i = 1; i < coefficients.length; i++) p = f(f(p * r) + coefficients[i]);
  return p;
}

const LOG2_E = f(Math.LOG2E);
const LN2_HIGH = f(0.693359375);
const LN2_LOW = f(-2.1219444e-4);
const EXP = Float32Array.of(
  1.98756915e-4,
  1.3981999507e-3,
  8.3334519073e-3,
  4.1665795894e-2,
  1.6666665459e-1,
  5.0000001201e-1,
);

/** e^x for x <= 0, to about 1 ulp; 0 below -87. */
export function expNonPositive(x: number): number {
  if (x < -87) return 0;
  const n = Math.floor(f(f(x * LOG2_E) + 0.5));
  const r = f(f(x - f(n * LN2_HIGH)) - f(n * LN2_LOW));
  const p = f(f(f(horner(EXP, r) * f(r * r)) + r) + 1);
  bits[0] = (n + 127) << 23;
  return f(p * floats[0]);
}

const SQRT_HALF = f(Math.SQRT1_2);
const LOG = Float32Array.of(
  7.0376836292e-2,
  -1.151461031e-1,
  1.167699874e-1,
  -1.2420140846e-1,
  1.4249322787e-1,
  -1.6668057665e-1,
  2.0000714765e-1,
  -2.4999993993e-1,
  3.3333331174e-1,
);

/** ln x for normal x >= 1; infinity and NaN stay what they are, so that wrong numbers are visible. */
export function logFromOne(x: number): number {
  if (!(x < Number.POSITIVE_INFINITY)) return x;
  floats[0] = x;
  let e = (bits[0] >> 23) - 126;
  bits[0] = (bits[0] & 0x007fffff) | 0x3f000000;
  let m = floats[0];
  if (m < SQRT_HALF) {
    e -= 1;
    m = f(m + m);
  }
  const r = f(m - 1);
  const z = f(r * r);
  let p = f(f(horner(LOG, r) * r) * z);
  p = f(p + f(e * LN2_LOW));
  p = f(p - f(z * 0.5));
  return f(f(r + p) + f(e * LN2_HIGH));
}
