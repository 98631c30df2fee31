/** Activations and their derivatives, stated plainly: each operation rounded to float32. */

import type { Activation } from '../../model/dense-layer.ts';
import { expNonPositive } from './math.ts';

const f = Math.fround;
const HALF_ROOT = f(Math.SQRT1_2);
/** 1 / sqrt(2 π), the normal density at 0. */
const DENSITY = f(0.3989422804014327);
const SLOPE = f(0.01);

/** y = activation(a). */
export function activate(kind: Activation, a: number): number {
  if (kind === 'relu') return positive(a);
  if (kind === 'leakyRelu') return a > 0 ? a : f(SLOPE * a);
  if (kind === 'silu') return f(a * sigmoid(a));
  if (kind === 'gelu') return f(a * normal(a).below);
  if (kind === 'root') return f(f(Math.sqrt(f(1 + positive(a)))) - 1);
  return a;
}

/** dy / da. */
export function derivative(kind: Activation, a: number): number {
  if (kind === 'relu') return a > 0 ? 1 : 0;
  if (kind === 'leakyRelu') return a > 0 ? 1 : SLOPE;
  if (kind === 'silu') {
    const s = sigmoid(a);
    return f(s * f(1 + f(a * f(1 - s))));
  }
  if (kind === 'gelu') {
    const { below, density } = normal(a);
    return f(below + f(a * density));
  }
  if (kind === 'root') return a > 0 ? f(0.5 / f(Math.sqrt(f(1 + a)))) : 0;
  return 1;
}

/** max(a, 0): NaN stays NaN and -infinity becomes it, so that wrong numbers are visible; -0 becomes 0. */
function positive(a: number): number {
  return a <= 0 ? a * 0 + 0 : a;
}

/** 1 / (1 + e^-a), by the exponential of -|a| alone, which cannot overflow. */
function sigmoid(a: number): number {
  const e = expNonPositive(-Math.abs(a));
  return f((a < 0 ? e : 1) / f(1 + e));
}

/**
 * The normal distribution below a, and its density at a. The error function is formula 7.1.26 of Abramowitz and Stegun
 * (1964), to 1.5e-7.
 */
function normal(a: number): { below: number; density: number } {
  const x = f(Math.abs(a) * HALF_ROOT);
  const e = expNonPositive(-f(x * x));
  const t = f(1 / f(1 + f(f(0.3275911) * x)));
  let p = f(1.061405429);
  p = f(f(p * t) + f(-1.453152027));
  p = f(f(p * t) + f(1.421413741));
  p = f(f(p * t) + f(-0.284496736));
  p = f(f(p * t) + f(0.254829592));
  const tail = f(f(f(f(p * t) * e)) * 0.5);
  return { below: a < 0 ? tail : f(1 - tail), density: f(DENSITY * e) };
}
