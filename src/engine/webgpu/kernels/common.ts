/** WGSL that several kernels share: the step's numbers, dropout's random words, activations. */

import { struct } from '../wgsl.ts';

/** Values that change from step to step, and values that are the same for all ops of a job. */
export const step = struct('Step', {
  /** Images of this batch. */
  rows: 'u32',
  /** Row of the job that its first image is. */
  first: 'u32',
  /** The optimizer's step, counted over the run. */
  number: 'u32',
  key0: 'u32',
  key1: 'u32',
  /** 0 adam, 1 sgd, 2 lion. */
  optimizer: 'u32',
  /** Whether `targets` has a row for every row of the job. */
  soft: 'u32',
  /** 1 / rows. */
  share: 'f32',
  /** Target of the image's own class and of every other. */
  own: 'f32',
  other: 'f32',
  /** See `optimizerConstants`. */
  constant0: 'f32',
  constant1: 'f32',
  constant2: 'f32',
  constant3: 'f32',
  constant4: 'f32',
  /** See `stepScalars`. */
  size: 'f32',
  correction: 'f32',
  kept: 'f32',
  decay: 'f32',
  rest: 'f32',
  shrinkage: 'f32',
});

/**
 * Philox 4x32-10, as src/core/philox.ts; and dropout of four values of a row, the first of which has the number
 * 4 * quad: the words are those of counter (row * quads of a row + quad, step, layer, 0).
 */
export const dropout = `
fn multiplyHigh(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let carry = (middle & 0xffffu) + (a & 0xffffu) * (b >> 16u);
  return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (carry >> 16u);
}

fn philox(counter: vec4u) -> vec4u {
  var x = counter;
  var key = vec2u(step.key0, step.key1);
  for (var round = 0; round < 10; round++) {
    let high0 = multiplyHigh(0xd2511f53u, x.x);
    let high1 = multiplyHigh(0xcd9e8d57u, x.z);
    x = vec4u(high1 ^ x.y ^ key.x, 0xcd9e8d57u * x.z, high0 ^ x.w ^ key.y, 0xd2511f53u * x.x);
    key += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return x;
}

fn dropout(values: vec4f, counter: u32, layer: u32, threshold: u32, scale: f32) -> vec4f {
  let words = philox(vec4u(counter, step.number, layer, 0u));
  return select(vec4f(0), values * scale, words >= vec4u(threshold));
}
`;

/**
 * Gradients of a training step on their way through a product of half precision, and back. The least number of half
 * precision is 6e-8, and the gradients of a batch's mean have a share of 1 / rows in them: without it and 16 times as
 * large, they use the range. A power of two would not be more exact: they are rounded to 11 bits next.
 */
export const lifting = (half: boolean): string => `
fn lifted(gradient: vec4f) -> vec4f { return gradient${half ? ' * (16 * f32(step.rows))' : ''}; }
fn lowered(sum: vec4f) -> vec4f { return sum${half ? ' / (16 * f32(step.rows))' : ''}; }
`;

/** Activations by their number in WGSL. */
export const ACTIVATIONS = ['none', 'relu', 'leakyRelu', 'gelu', 'silu', 'root'] as const;

/** Activations and their derivatives; see src/engine/reference/activations.ts. NaN stays NaN. */
export const activations = `
fn sigmoid(a: vec4f) -> vec4f {
  let e = exp(-abs(a));
  return select(vec4f(1), e, a < vec4f(0)) / (1 + e);
}

/** The normal density's part e^(-a²/2), and the upper tail beyond |a|. */
fn tail(a: vec4f, e: vec4f) -> vec4f {
  let t = 1 / (1 + 0.3275911 * 0.70710678 * abs(a));
  let p = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return 0.5 * p * e;
}

fn activate(kind: u32, a: vec4f) -> vec4f {
  switch (kind) {
    case 1u: { return select(a, vec4f(0), a < vec4f(0)); }
    case 2u: { return select(a, 0.01 * a, a < vec4f(0)); }
    case 3u: {
      let upper = tail(a, exp(-0.5 * a * a));
      return a * select(1 - upper, upper, a < vec4f(0));
    }
    case 4u: { return a * sigmoid(a); }
    case 5u: { return sqrt(1 + select(a, vec4f(0), a < vec4f(0))) - 1; }
    default: { return a; }
  }
}

fn derivative(kind: u32, a: vec4f) -> vec4f {
  switch (kind) {
    case 1u: { return select(vec4f(0), vec4f(1), a > vec4f(0)); }
    case 2u: { return select(vec4f(0.01), vec4f(1), a > vec4f(0)); }
    case 3u: {
      let e = exp(-0.5 * a * a);
      let upper = tail(a, e);
      return select(1 - upper, upper, a < vec4f(0)) + a * 0.3989422804 * e;
    }
    case 4u: {
      let s = sigmoid(a);
      return s * (1 + a * (1 - s));
    }
    case 5u: { return select(vec4f(0), 0.5 / sqrt(1 + a), a > vec4f(0)); }
    default: { return vec4f(1); }
  }
}
`;

/**
 * One step of an optimizer on four weights; see src/engine/reference/optimizers.ts for each line. `thin` says whether the
 * weights are a Linear's, which lasso thresholds.
 */
export const optimize = `
struct Moved {
  value: vec4f,
  first: vec4f,
  second: vec4f,
}

fn optimize(value: vec4f, gradient: vec4f, first: vec4f, second: vec4f, thin: bool) -> Moved {
  var moved = Moved(value, first, second);
  switch (step.optimizer) {
    case 0u: {
      moved.first = step.constant0 * first + step.constant1 * gradient;
      moved.second = step.constant2 * second + (step.constant3 * gradient) * gradient;
      let denominator = sqrt(moved.second) * step.correction + step.constant4;
      moved.value = value * step.kept - (step.size * moved.first) / denominator;
    }
    case 1u: {
      let g = gradient + step.constant1 * value;
      moved.first = step.constant0 * first + g;
      let direction = select(moved.first, g + step.constant0 * moved.first, step.constant2 > 0);
      moved.value = value - step.size * direction;
      if (thin && (step.shrinkage > 0 || step.constant3 > 0)) {
        let shrunk = moved.value - step.shrinkage * sign(moved.value);
        moved.value = select(shrunk, vec4f(0), abs(shrunk) < vec4f(step.constant3));
      }
    }
    default: {
      let direction = step.constant0 * first + step.constant1 * gradient;
      moved.value = value * step.kept - step.size * sign(direction);
      moved.first = step.constant2 * first + step.constant3 * gradient;
    }
  }
  return moved;
}
`;
