// exp and log in float32, from multiply and add alone, so that every machine gives the same bits. Minimax
// polynomials of the Cephes library (Moshier, expf and logf). The same steps, with the same rounding, are in
// src/engine/reference/math.ts.

/** e^x for x <= 0, to about 1 ulp; 0 below -87, where the result would no longer be normal. */
export function expNonPositive(x: f32): f32 {
  if (x < -87.0) return 0.0;
  const n = f32.floor(x * <f32>1.44269504088896341 + <f32>0.5);
  const r = (x - n * <f32>0.693359375) - n * <f32>-2.12194440e-4;
  let p: f32 = 1.9875691500e-4;
  p = p * r + <f32>1.3981999507e-3;
  p = p * r + <f32>8.3334519073e-3;
  p = p * r + <f32>4.1665795894e-2;
  p = p * r + <f32>1.6666665459e-1;
  p = p * r + <f32>5.0000001201e-1;
  p = p * (r * r) + r + <f32>1.0;
  return p * reinterpret<f32>((<i32>n + 127) << 23);
}

/** expNonPositive on four values at once: the same steps, the same bits. */
// @ts-ignore: decorator
@inline
export function expNonPositive4(x: v128): v128 {
  const one = f32x4.splat(1);
  const n = f32x4.floor(f32x4.add(f32x4.mul(x, f32x4.splat(<f32>1.44269504088896341)), f32x4.splat(0.5)));
  const high = f32x4.mul(n, f32x4.splat(<f32>0.693359375)), low = f32x4.mul(n, f32x4.splat(<f32>-2.12194440e-4));
  const r = f32x4.sub(f32x4.sub(x, high), low);
  let p = f32x4.splat(<f32>1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(<f32>1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(<f32>8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(<f32>4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(<f32>1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(<f32>5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), one);
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  const result = f32x4.mul(p, power);
  return v128.andnot(result, f32x4.lt(x, f32x4.splat(-87)));
}

/** ln x for normal x >= 1; infinity and NaN stay what they are, so that wrong numbers are visible. */
export function logFromOne(x: f32): f32 {
  if (!(x <= f32.MAX_VALUE)) return x;
  const bits = reinterpret<i32>(x);
  let e = <f32>((bits >> 23) - 126);
  let m = reinterpret<f32>((bits & 0x007fffff) | 0x3f000000);
  if (m < <f32>0.707106781186547524) {
    e = e - <f32>1.0;
    m = m + m;
  }
  const r = m - <f32>1.0;
  const z = r * r;
  let p: f32 = 7.0376836292e-2;
  p = p * r + <f32>-1.1514610310e-1;
  p = p * r + <f32>1.1676998740e-1;
  p = p * r + <f32>-1.2420140846e-1;
  p = p * r + <f32>1.4249322787e-1;
  p = p * r + <f32>-1.6668057665e-1;
  p = p * r + <f32>2.0000714765e-1;
  p = p * r + <f32>-2.4999993993e-1;
  p = p * r + <f32>3.3333331174e-1;
  p = p * r * z;
  p = p + e * <f32>-2.12194440e-4;
  p = p - z * <f32>0.5;
  return (r + p) + e * <f32>0.693359375;
}
