// Layer normalization: each row of the batch by the mean and variance of its own features, and back. A row is a line
// in each panel, so that what a feature needs lies in its lane, and sixteen sums side by side run over the panels.
// src/engine/reference/norm.ts states the same plainly. Lanes past the last feature are 0, and stay so.

import { AFFINE_LINES, LINE } from "./constants.generated";
import { transpose16 } from "./lines";

/** As torch.nn.LayerNorm's default. */
const EPSILON: f32 = 1e-5;

/** Bytes of a panel's scale and shift. */
const AFFINE: usize = AFFINE_LINES * LINE;

/**
 * normalized = (x - mean) / deviation of each row, and scaled = normalized * scale + shift. Units: rows.
 * @param normalized may be x
 * @param scaled 0 where it is not wanted
 * @param affine scale and shift, [panel][2][16]
 * @param inverse a line for each row: 1 / deviation in every lane of its first vector
 */
export function layerNorm(
  x: usize, normalized: usize, scaled: usize, panelBytes: usize, features: i32, affine: usize, inverse: usize,
  begin: i32, end: i32,
): void {
  const count = f32x4.splat(<f32>features);
  for (let row = begin; row < end; row++) {
    const line = (<usize>row) * LINE;
    const mean = f32x4.div(sumOf(x + line, panelBytes, features), count);
    const variance = f32x4.div(squaresOf(x + line, panelBytes, features, mean), count);
    const deviation = f32x4.sqrt(f32x4.add(variance, f32x4.splat(EPSILON)));
    // A variance that overflowed makes NaN, not 0.
    const factor = f32x4.add(f32x4.div(f32x4.splat(1), deviation), f32x4.mul(variance, f32x4.splat(0)));
    v128.store(inverse + line, factor);
    let at = line, own = affine;
    for (let left = features; left > 0; left -= 16) {
      for (let lane: usize = 0; lane < LINE; lane += 16) {
        const value = f32x4.mul(f32x4.sub(v128.load(x + at + lane), mean), factor);
        const kept = v128.and(value, within(left - <i32>(lane >> 2)));
        v128.store(normalized + at + lane, kept);
        if (scaled) {
          const product = f32x4.mul(kept, v128.load(own + lane));
          v128.store(scaled + at + lane, f32x4.add(product, v128.load(own + lane, 64)));
        }
      }
      at += panelBytes;
      own += AFFINE;
    }
  }
}

/**
 * The gradient with respect to the scaled and shifted values becomes that with respect to x, in place, and once more
 * transposed. Units: 16 rows.
 * @param normalized, inverse as layerNorm left them
 * @param dzT [panel of 16 rows][feature][16], or 0
 */
export function layerNormGradient(
  da: usize, normalized: usize, panelBytes: usize, features: i32, affine: usize, inverse: usize,
  dzT: usize, dzTPanel: usize, rows: i32, begin: i32, end: i32,
): void {
  for (let batch = begin; batch < end; batch++) {
    const last = min(rows, (batch + 1) << 4);
    for (let row = batch << 4; row < last; row++) {
      const line = (<usize>row) * LINE;
      rowGradient(da + line, normalized + line, panelBytes, features, affine, v128.load(inverse + line));
    }
    if (dzT) {
      let from = da + (<usize>batch) * 1024, to = dzT + (<usize>batch) * dzTPanel;
      for (let left = features; left > 0; left -= 16) {
        transpose16(from, to);
        from += panelBytes;
        to += 1024;
      }
    }
  }
}

/** One row of layerNormGradient. */
function rowGradient(
  da: usize, normalized: usize, panelBytes: usize, features: i32, affine: usize, inverse: v128,
): void {
  const zero = f32x4.splat(0);
  let s0 = zero, s1 = zero, s2 = zero, s3 = zero, p0 = zero, p1 = zero, p2 = zero, p3 = zero;
  let at: usize = 0, own = affine;
  for (let left = features; left > 0; left -= 16) {
    const g0 = f32x4.mul(v128.load(da + at, 0), v128.load(own, 0));
    const g1 = f32x4.mul(v128.load(da + at, 16), v128.load(own, 16));
    const g2 = f32x4.mul(v128.load(da + at, 32), v128.load(own, 32));
    const g3 = f32x4.mul(v128.load(da + at, 48), v128.load(own, 48));
    s0 = f32x4.add(s0, g0);
    s1 = f32x4.add(s1, g1);
    s2 = f32x4.add(s2, g2);
    s3 = f32x4.add(s3, g3);
    p0 = f32x4.add(p0, f32x4.mul(g0, v128.load(normalized + at, 0)));
    p1 = f32x4.add(p1, f32x4.mul(g1, v128.load(normalized + at, 16)));
    p2 = f32x4.add(p2, f32x4.mul(g2, v128.load(normalized + at, 32)));
    p3 = f32x4.add(p3, f32x4.mul(g3, v128.load(normalized + at, 48)));
    at += panelBytes;
    own += AFFINE;
  }
  const count = f32x4.splat(<f32>features);
  const meanSum = f32x4.div(total(s0, s1, s2, s3), count), meanProduct = f32x4.div(total(p0, p1, p2, p3), count);
  at = 0;
  own = affine;
  for (let left = features; left > 0; left -= 16) {
    for (let lane: usize = 0; lane < LINE; lane += 16) {
      const place = at + lane;
      const g = f32x4.mul(v128.load(da + place), v128.load(own + lane));
      const along = f32x4.mul(v128.load(normalized + place), meanProduct);
      const value = f32x4.mul(inverse, f32x4.sub(f32x4.sub(g, meanSum), along));
      v128.store(da + place, v128.and(value, within(left - <i32>(lane >> 2))));
    }
    at += panelBytes;
    own += AFFINE;
  }
}

/** The sum of a row's features, in every lane. */
function sumOf(x: usize, panelBytes: usize, features: i32): v128 {
  const zero = f32x4.splat(0);
  let s0 = zero, s1 = zero, s2 = zero, s3 = zero;
  for (let left = features; left > 0; left -= 16) {
    s0 = f32x4.add(s0, v128.load(x, 0));
    s1 = f32x4.add(s1, v128.load(x, 16));
    s2 = f32x4.add(s2, v128.load(x, 32));
    s3 = f32x4.add(s3, v128.load(x, 48));
    x += panelBytes;
  }
  return total(s0, s1, s2, s3);
}

/** The sum of the squared distances of a row's features from `mean`, in every lane. */
function squaresOf(x: usize, panelBytes: usize, features: i32, mean: v128): v128 {
  const zero = f32x4.splat(0);
  let s0 = zero, s1 = zero, s2 = zero, s3 = zero;
  for (let left = features; left > 0; left -= 16) {
    const d0 = v128.and(f32x4.sub(v128.load(x, 0), mean), within(left));
    const d1 = v128.and(f32x4.sub(v128.load(x, 16), mean), within(left - 4));
    const d2 = v128.and(f32x4.sub(v128.load(x, 32), mean), within(left - 8));
    const d3 = v128.and(f32x4.sub(v128.load(x, 48), mean), within(left - 12));
    s0 = f32x4.add(s0, f32x4.mul(d0, d0));
    s1 = f32x4.add(s1, f32x4.mul(d1, d1));
    s2 = f32x4.add(s2, f32x4.mul(d2, d2));
    s3 = f32x4.add(s3, f32x4.mul(d3, d3));
    x += panelBytes;
  }
  return total(s0, s1, s2, s3);
}

/** All ones in the lanes of a vector that hold features; `left` features remain from its first lane on. */
// @ts-ignore: decorator
@inline
function within(left: i32): v128 {
  return i32x4.gt_s(i32x4.splat(left), i32x4(0, 1, 2, 3));
}

/** The sum of sixteen sums, in every lane: the upper half is added to the lower until one is left. */
// @ts-ignore: decorator
@inline
function total(s0: v128, s1: v128, s2: v128, s3: v128): v128 {
  const four = f32x4.add(f32x4.add(s0, s2), f32x4.add(s1, s3));
  const two = f32x4.add(four, v128.shuffle<i32>(four, four, 2, 3, 0, 1));
  return f32x4.add(two, v128.shuffle<i32>(two, two, 1, 0, 3, 2));
}
