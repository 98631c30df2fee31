// The optimizers, elementwise, and the running average of the weights. src/engine/reference/optimizers.ts states them plainly.

import {
  CONSTANT_BETA1, CONSTANT_BETA2, CONSTANT_EPSILON, CONSTANT_REST1, CONSTANT_REST2, LINE, OPTIMIZER_LION, OPTIMIZER_SGD,
  SCALAR_CORRECTION, SCALAR_DECAY, SCALAR_KEPT, SCALAR_REST, SCALAR_SHRINKAGE, SCALAR_SIZE, SGD_CONSTANT_MOMENTUM,
  SGD_CONSTANT_NESTEROV, SGD_CONSTANT_THRESHOLD, SGD_CONSTANT_WEIGHT_DECAY,
} from "./constants.generated";

/**
 * One step on `bytes` bytes (a multiple of 32) of weights, and of their running average unless that is 0.
 * @param shrinkable the first bytes of these: weights that lasso may shrink
 * @param constants, scalars float32, see optimizerConstants and stepScalars in src/engine/scalars.ts
 * @param loss one of the step, float32: NaN afterwards where a weight is not finite
 */
export function update(
  optimizer: i32, weights: usize, first: usize, second: usize, average: usize, gradient: usize, bytes: usize,
  shrinkable: usize, constants: usize, scalars: usize, loss: usize,
): void {
  let finite: bool;
  if (optimizer == OPTIMIZER_SGD) {
    sgd(weights, first, gradient, bytes, constants, scalars);
    if (load<f32>(constants, SGD_CONSTANT_THRESHOLD) > 0 || load<f32>(scalars, SCALAR_SHRINKAGE) > 0) {
      lasso(weights, shrinkable, constants, scalars);
    }
    finite = areFinite(weights, bytes);
  } else if (optimizer == OPTIMIZER_LION) {
    lion(weights, first, gradient, bytes, constants, scalars);
    finite = areFinite(weights, bytes);
  } else finite = adam(weights, first, second, gradient, bytes, constants, scalars);
  if (!finite) store<f32>(loss, NaN);
  if (average) blend(average, weights, bytes, scalars);
}

/** Whether `bytes` bytes of float32, a multiple of 32, are all finite: 0 times any other value is NaN. */
function areFinite(at: usize, bytes: usize): bool {
  const zero = f32x4.splat(0), end = at + bytes;
  let s0 = zero, s1 = zero;
  for (; at < end; at += 32) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(at, 0), zero));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(at, 16), zero));
  }
  const sum = f32x4.add(s0, s1);
  return !v128.any_true(f32x4.ne(sum, sum));
}

/**
 * Adam (Kingma & Ba 2015) with decoupled weight decay, in the order of torch.optim.AdamW.
 * @returns whether the weights are finite: checked during the division and the square root, for which the loop waits
 */
function adam(
  weights: usize, first: usize, second: usize, gradient: usize, bytes: usize, constants: usize, scalars: usize,
): bool {
  const beta1 = v128.load_splat<f32>(constants, CONSTANT_BETA1), rest1 = v128.load_splat<f32>(constants, CONSTANT_REST1);
  const beta2 = v128.load_splat<f32>(constants, CONSTANT_BETA2), rest2 = v128.load_splat<f32>(constants, CONSTANT_REST2);
  const epsilon = v128.load_splat<f32>(constants, CONSTANT_EPSILON);
  const size = v128.load_splat<f32>(scalars, SCALAR_SIZE), kept = v128.load_splat<f32>(scalars, SCALAR_KEPT);
  const correction = v128.load_splat<f32>(scalars, SCALAR_CORRECTION);
  const zero = f32x4.splat(0);
  let s0 = zero, s1 = zero;
  for (let at: usize = 0; at < bytes; at += 32) {
    const g0 = v128.load(gradient + at, 0), g1 = v128.load(gradient + at, 16);
    const m0 = f32x4.add(f32x4.mul(beta1, v128.load(first + at, 0)), f32x4.mul(rest1, g0));
    const m1 = f32x4.add(f32x4.mul(beta1, v128.load(first + at, 16)), f32x4.mul(rest1, g1));
    const v0 = f32x4.add(f32x4.mul(beta2, v128.load(second + at, 0)), f32x4.mul(f32x4.mul(rest2, g0), g0));
    const v1 = f32x4.add(f32x4.mul(beta2, v128.load(second + at, 16)), f32x4.mul(f32x4.mul(rest2, g1), g1));
    const d0 = f32x4.add(f32x4.mul(f32x4.sqrt(v0), correction), epsilon);
    const d1 = f32x4.add(f32x4.mul(f32x4.sqrt(v1), correction), epsilon);
    const w0 = f32x4.sub(f32x4.mul(v128.load(weights + at, 0), kept), f32x4.div(f32x4.mul(size, m0), d0));
    const w1 = f32x4.sub(f32x4.mul(v128.load(weights + at, 16), kept), f32x4.div(f32x4.mul(size, m1), d1));
    v128.store(first + at, m0, 0);
    v128.store(first + at, m1, 16);
    v128.store(second + at, v0, 0);
    v128.store(second + at, v1, 16);
    v128.store(weights + at, w0, 0);
    v128.store(weights + at, w1, 16);
    s0 = f32x4.add(s0, f32x4.mul(w0, zero));
    s1 = f32x4.add(s1, f32x4.mul(w1, zero));
  }
  const sum = f32x4.add(s0, s1);
  return !v128.any_true(f32x4.ne(sum, sum));
}

/** Stochastic gradient descent with momentum, in the order of torch.optim.SGD. */
function sgd(
  weights: usize, first: usize, gradient: usize, bytes: usize, constants: usize, scalars: usize,
): void {
  const momentum = v128.load_splat<f32>(constants, SGD_CONSTANT_MOMENTUM);
  const decay = v128.load_splat<f32>(constants, SGD_CONSTANT_WEIGHT_DECAY);
  const nesterov = load<f32>(constants, SGD_CONSTANT_NESTEROV) > 0;
  const size = v128.load_splat<f32>(scalars, SCALAR_SIZE);
  for (let at: usize = 0; at < bytes; at += 16) {
    const w = v128.load(weights + at);
    const g = f32x4.add(v128.load(gradient + at), f32x4.mul(decay, w));
    const m = f32x4.add(f32x4.mul(momentum, v128.load(first + at)), g);
    const direction = nesterov ? f32x4.add(g, f32x4.mul(momentum, m)) : m;
    v128.store(first + at, m);
    v128.store(weights + at, f32x4.sub(w, f32x4.mul(size, direction)));
  }
}

/** Lion (Chen et al. 2023) with decoupled weight decay, in the order of its authors' code. */
function lion(
  weights: usize, first: usize, gradient: usize, bytes: usize, constants: usize, scalars: usize,
): void {
  const beta1 = v128.load_splat<f32>(constants, CONSTANT_BETA1), rest1 = v128.load_splat<f32>(constants, CONSTANT_REST1);
  const beta2 = v128.load_splat<f32>(constants, CONSTANT_BETA2), rest2 = v128.load_splat<f32>(constants, CONSTANT_REST2);
  const size = v128.load_splat<f32>(scalars, SCALAR_SIZE), kept = v128.load_splat<f32>(scalars, SCALAR_KEPT);
  for (let at: usize = 0; at < bytes; at += 16) {
    const g = v128.load(gradient + at), m = v128.load(first + at);
    const direction = f32x4.add(f32x4.mul(beta1, m), f32x4.mul(rest1, g));
    const w = f32x4.mul(v128.load(weights + at), kept);
    v128.store(weights + at, f32x4.sub(w, withSign(size, direction)));
    v128.store(first + at, f32x4.add(f32x4.mul(beta2, m), f32x4.mul(rest2, g)));
  }
}

/** The thresholding of β-LASSO (Neyshabur 2020): each weight nearer to 0, and small ones 0. */
function lasso(weights: usize, bytes: usize, constants: usize, scalars: usize): void {
  const threshold = v128.load_splat<f32>(constants, SGD_CONSTANT_THRESHOLD);
  const shrinkage = v128.load_splat<f32>(scalars, SCALAR_SHRINKAGE);
  for (let at: usize = 0; at < bytes; at += 16) {
    const w = v128.load(weights + at);
    const shrunk = f32x4.sub(w, withSign(shrinkage, w));
    v128.store(weights + at, v128.andnot(shrunk, f32x4.lt(f32x4.abs(shrunk), threshold)));
  }
}

/** A size above 0 with the sign of x, and 0 where x is. */
// @ts-ignore: decorator
@inline
function withSign(size: v128, x: v128): v128 {
  const zero = f32x4.splat(0);
  return f32x4.sub(v128.and(size, f32x4.gt(x, zero)), v128.and(size, f32x4.lt(x, zero)));
}

/**
 * The sum of squares of each feature's gradients. A panel has `lines` lines of them: weights in the order of the inputs
 * and then the bias, or scale and shift. Units: panels of 16 features.
 * @param squares [panel][16]
 */
export function gradientSquares(gradient: usize, lines: i32, squares: usize, begin: i32, end: i32): void {
  const bytes = <usize>lines * LINE;
  for (let panel = <usize>begin; panel < <usize>end; panel++) {
    let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
    const from = gradient + panel * bytes;
    for (let at = from; at < from + bytes; at += LINE) {
      const g0 = v128.load(at, 0), g1 = v128.load(at, 16), g2 = v128.load(at, 32), g3 = v128.load(at, 48);
      s0 = f32x4.add(s0, f32x4.mul(g0, g0));
      s1 = f32x4.add(s1, f32x4.mul(g1, g1));
      s2 = f32x4.add(s2, f32x4.mul(g2, g2));
      s3 = f32x4.add(s3, f32x4.mul(g3, g3));
    }
    const to = squares + panel * LINE;
    v128.store(to, s0, 0); v128.store(to, s1, 16); v128.store(to, s2, 32); v128.store(to, s3, 48);
  }
}

/** The factor, float32, that takes a gradient down to the norm `largest`, from `bytes` bytes of `gradientSquares`. */
export function clipFactor(squares: usize, bytes: usize, largest: f32, factor: usize): void {
  let sum: f64 = 0;
  for (let at = squares; at < squares + bytes; at += 4) sum += <f64>load<f32>(at);
  const norm = <f32>sqrt<f64>(sum);
  store<f32>(factor, min<f32>(1, largest / (norm + <f32>1e-6)));
}

/** `bytes` bytes of a gradient, a multiple of 16, times the factor of `clipFactor`, in place. */
export function scaleGradient(gradient: usize, bytes: usize, factor: usize): void {
  const scale = v128.load_splat<f32>(factor);
  for (let at = gradient; at < gradient + bytes; at += 16) v128.store(at, f32x4.mul(v128.load(at), scale));
}

/** average = decay * average + (1 - decay) * weights, of `bytes` bytes, a multiple of 32. */
export function blend(average: usize, weights: usize, bytes: usize, scalars: usize): void {
  const decay = v128.load_splat<f32>(scalars, SCALAR_DECAY), rest = v128.load_splat<f32>(scalars, SCALAR_REST);
  for (let at: usize = 0; at < bytes; at += 32) {
    const a0 = f32x4.add(f32x4.mul(decay, v128.load(average + at, 0)), f32x4.mul(rest, v128.load(weights + at, 0)));
    const a1 = f32x4.add(f32x4.mul(decay, v128.load(average + at, 16)), f32x4.mul(rest, v128.load(weights + at, 16)));
    v128.store(average + at, a0, 0);
    v128.store(average + at, a1, 16);
  }
}
