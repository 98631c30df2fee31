// The ops between a Linear and the next if there is more than ReLU: batch normalization, scale and shift of any
// norm, activation, dropout, and back. One panel of 16 features at a time, whose rows lie line after line: what a
// feature needs is in its lane.
// src/engine/reference/{activations,norm}.ts state the same plainly.

import {
  ACTIVATION_GELU, ACTIVATION_LEAKY_RELU, ACTIVATION_RELU, ACTIVATION_ROOT, ACTIVATION_SILU, AFFINE_LINES, LINE,
  STATS_LINES,
} from "./constants.generated";
import { addLines, transpose16 } from "./lines";
import { expNonPositive4 } from "./math";
import { dropoutRows } from "./philox";

/** Bytes of a panel's scale and shift, and of its statistics. */
const AFFINE: usize = AFFINE_LINES * LINE, STATS: usize = STATS_LINES * LINE;

/** As torch.nn.BatchNorm1d's defaults. */
const EPSILON: f32 = 1e-5, MOMENTUM: f32 = 0.1, REST: f32 = 0.9;

/** Where a panel's norm has its lines: `stats` are four lines, running mean and variance, mean, 1 / deviation. */
const VARIANCE: usize = LINE, MEAN: usize = 2 * LINE, INVERSE: usize = 3 * LINE;

/**
 * y = dropout(activation(norm(x))), and the normalized x in z, which may be x. Units: panels of 16 features.
 * @param x read only with batch normalization; else z is there already
 * @param affine scale and shift, [panel][2][16]; 0 without a norm
 * @param stats [panel][4][16]; 0 without batch normalization
 * @param byBatch whether the batch's statistics are used, or the running ones
 */
export function activate(
  x: usize, z: usize, y: usize, panelBytes: usize, rows: i32, outputs: i32, activation: i32, affine: usize,
  stats: usize,
  byBatch: bool, threshold: u32, scale: f32, key0: u32, key1: u32, step: u32, layer: u32, begin: i32, end: i32,
): void {
  for (let panel = begin; panel < end; panel++) {
    const from = z + (<usize>panel) * panelBytes;
    const to = y + (<usize>panel) * panelBytes;
    const own = affine ? affine + (<usize>panel) * AFFINE : 0;
    if (stats) normalize(x + (<usize>panel) * panelBytes, from, rows, stats + (<usize>panel) * STATS, byBatch);
    const bytes = (<usize>rows) * LINE;
    for (let at: usize = 0; at < bytes; at += 16) {
      v128.store(to + at, apply(activation, scaled(from + at, own, at & 63)));
    }
    if (threshold) {
      const words = (outputs + 3) >> 2;
      dropoutRows(to, rows, panel << 2, words, step, layer, key0, key1, threshold, scale);
    }
  }
}

/**
 * dz from dy, the gradient with respect to y, and a transposed copy; for batch normalization, also gradients of scale
 * and shift, laid out as these. Units: panels of 16 features.
 * @param dy may be dz
 * @param skipped laid out as dy and added to it, or 0
 * @param dzT [panel of 16 rows][feature][16], or 0
 */
export function activateGradient(
  z: usize, dy: usize, skipped: usize, dz: usize, panelBytes: usize, dzT: usize, dzTPanel: usize, rows: i32,
  outputs: i32, activation: i32, affine: usize, stats: usize, gradient: usize,
  byBatch: bool, threshold: u32, scale: f32, key0: u32, key1: u32, step: u32, layer: u32, begin: i32, end: i32,
): void {
  for (let panel = begin; panel < end; panel++) {
    const from = z + (<usize>panel) * panelBytes;
    const to = dz + (<usize>panel) * panelBytes;
    const own = affine ? affine + (<usize>panel) * AFFINE : 0;
    const bytes = (<usize>rows) * LINE;
    const gradients = dy + (<usize>panel) * panelBytes;
    if (skipped) addLines(gradients, skipped + (<usize>panel) * panelBytes, bytes);
    if (dy != dz) memory.copy(to, gradients, bytes);
    if (threshold) {
      const words = (outputs + 3) >> 2;
      dropoutRows(to, rows, panel << 2, words, step, layer, key0, key1, threshold, scale);
    }
    if (activation) {
      for (let at: usize = 0; at < bytes; at += 16) {
        const slope = derivative(activation, scaled(from + at, own, at & 63));
        v128.store(to + at, f32x4.mul(v128.load(to + at), slope));
      }
    }
    if (stats) {
      const grads = gradient + (<usize>panel) * AFFINE;
      normalizeGradient(to, from, rows, own, stats + (<usize>panel) * STATS, grads, byBatch);
    }
    if (dzT) {
      for (let row = 0; row < rows; row += 16) {
        const target = dzT + (<usize>(row >> 4)) * dzTPanel + (<usize>panel) * 1024;
        transpose16(to + (<usize>row) * LINE, target);
      }
    }
  }
}

/**
 * Gradients of scale and shift, [panel][2][16], from that with respect to the scaled and shifted values. Units: panels of
 * 16 features.
 */
export function affineGradient(
  da: usize, normalized: usize, panelBytes: usize, rows: i32, gradient: usize, begin: i32, end: i32,
): void {
  for (let panel = begin; panel < end; panel++) {
    const at = (<usize>panel) * panelBytes;
    scaleSums(da + at, normalized + at, rows, gradient + (<usize>panel) * AFFINE);
  }
}

/** One panel's gradients of scale and shift: sums over its rows, in order. */
function scaleSums(da: usize, normalized: usize, rows: i32, gradient: usize): void {
  const bytes = (<usize>rows) * LINE;
  for (let lane: usize = 0; lane < LINE; lane += 16) {
    let sum = f32x4.splat(0), product = f32x4.splat(0);
    for (let at = lane; at < bytes; at += LINE) {
      const value = v128.load(da + at);
      sum = f32x4.add(sum, value);
      product = f32x4.add(product, f32x4.mul(value, v128.load(normalized + at)));
    }
    v128.store(gradient + lane, product);
    v128.store(gradient + lane, sum, 64);
  }
}

/** Four values of z, scaled and shifted by the same four features' numbers where there are any. */
// @ts-ignore: decorator
@inline
function scaled(z: usize, affine: usize, lane: usize): v128 {
  const value = v128.load(z);
  if (!affine) return value;
  return f32x4.add(f32x4.mul(value, v128.load(affine + lane)), v128.load(affine + lane, 64));
}

/** One panel of x, normalized, to z. */
function normalize(x: usize, z: usize, rows: i32, stats: usize, byBatch: bool): void {
  const end = x + (<usize>rows) * LINE;
  const count = f32x4.splat(<f32>rows), others = f32x4.splat(<f32>max(rows - 1, 1));
  const momentum = f32x4.splat(MOMENTUM), rest = f32x4.splat(REST);
  for (let lane: usize = 0; lane < LINE; lane += 16) {
    let mean = v128.load(stats + lane), variance = v128.load(stats + lane, VARIANCE);
    if (byBatch) {
      let sum = f32x4.splat(0);
      for (let at = x + lane; at < end; at += LINE) sum = f32x4.add(sum, v128.load(at));
      mean = f32x4.div(sum, count);
      let squares = f32x4.splat(0);
      for (let at = x + lane; at < end; at += LINE) {
        const distance = f32x4.sub(v128.load(at), mean);
        squares = f32x4.add(squares, f32x4.mul(distance, distance));
      }
      variance = f32x4.div(squares, count);
      const unbiased = f32x4.div(squares, others);
      const running = f32x4.mul(rest, v128.load(stats + lane));
      v128.store(stats + lane, f32x4.add(running, f32x4.mul(momentum, mean)));
      const spread = f32x4.mul(rest, v128.load(stats + lane, VARIANCE));
      v128.store(stats + lane, f32x4.add(spread, f32x4.mul(momentum, unbiased)), VARIANCE);
    }
    const deviation = f32x4.sqrt(f32x4.add(variance, f32x4.splat(EPSILON)));
    // A variance that overflowed makes NaN, not 0.
    const inverse = f32x4.add(f32x4.div(f32x4.splat(1), deviation), f32x4.mul(variance, f32x4.splat(0)));
    v128.store(stats + lane, mean, MEAN);
    v128.store(stats + lane, inverse, INVERSE);
    for (let at = x + lane; at < end; at += LINE) {
      v128.store(at - x + z, f32x4.mul(f32x4.sub(v128.load(at), mean), inverse));
    }
  }
}

/** One panel of gradients through the normalization, in place; and those of scale and shift. */
function normalizeGradient(
  da: usize, normalized: usize, rows: i32, affine: usize, stats: usize, gradient: usize, byBatch: bool,
): void {
  const bytes = (<usize>rows) * LINE;
  const count = f32x4.splat(<f32>rows), zero = f32x4.splat(0);
  scaleSums(da, normalized, rows, gradient);
  for (let lane: usize = 0; lane < LINE; lane += 16) {
    const product = v128.load(gradient + lane), sum = v128.load(gradient + lane, 64);
    const factor = f32x4.mul(v128.load(affine + lane), v128.load(stats + lane, INVERSE));
    const meanSum = byBatch ? f32x4.div(sum, count) : zero;
    const meanProduct = byBatch ? f32x4.div(product, count) : zero;
    for (let at = lane; at < bytes; at += LINE) {
      const inner = f32x4.sub(f32x4.sub(v128.load(da + at), meanSum), f32x4.mul(v128.load(normalized + at), meanProduct));
      v128.store(da + at, f32x4.mul(factor, inner));
    }
  }
}

const SLOPE: f32 = 0.01;

function apply(activation: i32, a: v128): v128 {
  if (activation == ACTIVATION_RELU) return positive(a);
  if (activation == ACTIVATION_LEAKY_RELU) {
    return v128.bitselect(a, f32x4.mul(f32x4.splat(SLOPE), a), f32x4.gt(a, f32x4.splat(0)));
  }
  if (activation == ACTIVATION_SILU) return f32x4.mul(a, sigmoid(a));
  if (activation == ACTIVATION_GELU) {
    const e = expNonPositive4(halfSquare(a));
    return f32x4.mul(a, normalBelow(a, e));
  }
  if (activation == ACTIVATION_ROOT) return f32x4.sub(rootFromOne(a), f32x4.splat(1));
  return a;
}

function derivative(activation: i32, a: v128): v128 {
  const one = f32x4.splat(1), zero = f32x4.splat(0);
  if (activation == ACTIVATION_RELU) return v128.and(one, f32x4.gt(a, zero));
  if (activation == ACTIVATION_LEAKY_RELU) return v128.bitselect(one, f32x4.splat(SLOPE), f32x4.gt(a, zero));
  if (activation == ACTIVATION_SILU) {
    const s = sigmoid(a);
    return f32x4.mul(s, f32x4.add(one, f32x4.mul(a, f32x4.sub(one, s))));
  }
  if (activation == ACTIVATION_GELU) {
    const e = expNonPositive4(halfSquare(a));
    const density = f32x4.mul(f32x4.splat(<f32>0.3989422804014327), e);
    return f32x4.add(normalBelow(a, e), f32x4.mul(a, density));
  }
  if (activation == ACTIVATION_ROOT) return v128.and(f32x4.div(f32x4.splat(0.5), rootFromOne(a)), f32x4.gt(a, zero));
  return one;
}

/** max(a, 0): NaN stays NaN and -infinity becomes it, so that wrong numbers are visible; -0 becomes 0. */
// @ts-ignore: decorator
@inline
function positive(a: v128): v128 {
  const zero = f32x4.splat(0);
  return v128.bitselect(f32x4.add(f32x4.mul(a, zero), zero), a, f32x4.le(a, zero));
}

/** sqrt(1 + a), 1 where a is below 0. */
// @ts-ignore: decorator
@inline
function rootFromOne(a: v128): v128 {
  return f32x4.sqrt(f32x4.add(f32x4.splat(1), positive(a)));
}

/** 1 / (1 + e^-a), by the exponential of -|a| alone. */
function sigmoid(a: v128): v128 {
  const one = f32x4.splat(1);
  const e = expNonPositive4(f32x4.neg(f32x4.abs(a)));
  return f32x4.div(v128.bitselect(e, one, f32x4.lt(a, f32x4.splat(0))), f32x4.add(one, e));
}

/** |a| / sqrt(2). */
// @ts-ignore: decorator
@inline
function rootHalf(a: v128): v128 {
  return f32x4.mul(f32x4.abs(a), f32x4.splat(<f32>0.7071067811865476));
}

/** -a² / 2. */
// @ts-ignore: decorator
@inline
function halfSquare(a: v128): v128 {
  const x = rootHalf(a);
  return f32x4.neg(f32x4.mul(x, x));
}

/** The normal distribution below a; the error function by formula 7.1.26 of Abramowitz and Stegun. */
function normalBelow(a: v128, e: v128): v128 {
  const one = f32x4.splat(1), x = rootHalf(a);
  const t = f32x4.div(one, f32x4.add(one, f32x4.mul(f32x4.splat(<f32>0.3275911), x)));
  let p = f32x4.splat(<f32>1.061405429);
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(<f32>-1.453152027));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(<f32>1.421413741));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(<f32>-0.284496736));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(<f32>0.254829592));
  const tail = f32x4.mul(f32x4.mul(f32x4.mul(p, t), e), f32x4.splat(0.5));
  return v128.bitselect(tail, f32x4.sub(one, tail), f32x4.lt(a, f32x4.splat(0)));
}
