/**
 * Every op stated once, plainly: row-major float32 arrays, one scalar at a time, each operation rounded to
 * float32. This is the oracle; it is not meant to be fast, and every other backend is compared with its bits.
 *
 * A product adds no term whose activation, gradient or pixel is 0. With finite numbers such a term is 0, and no sum
 * here is ever -0. So adding it would change no bit, and a backend may skip zeros or multiply by them. With a weight
 * that is not finite, the term would be NaN; a step that makes such a weight has a loss of NaN on every backend (see
 * `markDiverged`).
 */

import { philox4x32, type Words4 } from '../../core/philox.ts';
import type { Op } from '../../model/program.ts';
import type { DropoutScalars } from '../scalars.ts';
import { expNonPositive, logFromOne } from './math.ts';

const f = Math.fround;

/** x [rows, channel, height, width] = (pixel / 255 - offset) / scale for the images named by `indices`. */
export function gather(
  planes: Uint8Array,
  { shape, offset, scale }: Extract<Op, { op: 'gather' }>,
  indices: Uint32Array,
  x: Float32Array,
): void {
  const plane = shape.height * shape.width;
  const size = plane * shape.channels;
  indices.forEach((image, row) => {
    for (let i = 0; i < size; i++) {
      const channel = Math.floor(i / plane);
      const unit = f(planes[image * size + i] / 255);
      x[row * size + i] = f(f(unit - f(offset[channel])) / f(scale[channel]));
    }
  });
}

/** Widths of a Linear and rows of the batch. */
export interface LinearShape {
  readonly rows: number;
  readonly in: number;
  readonly out: number;
}

/** y [rows, out] = b + x Wᵀ, inputs that are not 0 added in order. A bias of -0 counts as 0. */
export function linearForward(
  { rows, in: inputs, out }: LinearShape,
  x: Float32Array,
  weight: Float32Array,
  bias: Float32Array,
  y: Float32Array,
): void {
  for (let row = 0; row < rows; row++) {
    for (let o = 0; o < out; o++) {
      let sum = bias[o] + 0;
      for (let i = 0; i < inputs; i++) {
        const value = x[row * inputs + i];
        if (value !== 0) sum = f(sum + f(value * weight[o * inputs + i]));
      }
      y[row * out + o] = sum;
    }
  }
}

/** dx [rows, in] = dz W, outputs whose dz is not 0 added in order. */
export function linearBackwardInput(
  { rows, in: inputs, out }: LinearShape,
  dz: Float32Array,
  weight: Float32Array,
  dx: Float32Array,
): void {
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < inputs; i++) {
      let sum = 0;
      for (let o = 0; o < out; o++) {
        const gradient = dz[row * out + o];
        if (gradient !== 0) sum = f(sum + f(weight[o * inputs + i] * gradient));
      }
      dx[row * inputs + i] = sum;
    }
  }
}

/** dW [out, in] = dzᵀ x and db [out] = column sums of dz, rows whose dz is not 0 added in order. */
export function linearBackwardWeight(
  { rows, in: inputs, out }: LinearShape,
  x: Float32Array,
  dz: Float32Array,
  dWeight: Float32Array,
  dBias: Float32Array,
): void {
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < inputs; i++) {
      let sum = 0;
      for (let row = 0; row < rows; row++) {
        const gradient = dz[row * out + o];
        if (gradient !== 0) sum = f(sum + f(x[row * inputs + i] * gradient));
      }
      dWeight[o * inputs + i] = sum;
    }
    let sum = 0;
    for (let row = 0; row < rows; row++) sum = f(sum + dz[row * out + o]);
    dBias[o] = sum;
  }
}

/** y = max(y, 0), in place; NaN and both infinities become NaN, so that they give no answer. */
export function reluForward(y: Float32Array, length: number): void {
  for (let i = 0; i < length; i++) {
    const none = y[i] * 0;
    y[i] = y[i] < 0 ? none + 0 : y[i] + none;
  }
}

/**
 * dy = dy * scale where the value after ReLU and dropout is above 0, else 0, in place: a value is 0 if
 * ReLU or dropout made it 0, and `scale` is dropout's (1 without it).
 */
export function reluBackward(dy: Float32Array, y: Float32Array, scale: number, length: number): void {
  for (let i = 0; i < length; i++) dy[i] = y[i] > 0 ? f(dy[i] * scale) : 0;
}

/** y = y + x, in place. */
export function addTo(y: Float32Array, x: Float32Array): void {
  for (let i = 0; i < y.length; i++) y[i] = f(y[i] + x[i]);
}

/** Where a dropout mask's random words come from. */
export interface DropoutStream extends DropoutScalars {
  readonly key: readonly [number, number];
  readonly step: number;
  readonly layer: number;
}

/**
 * Dropout in place on [rows, width]. Value j of a row has word j % 4 of counter
 * (row * ceil(width / 4) + floor(j / 4), step, layer, 0). Its gradient is the same function of the gradient.
 */
export function applyDropout(y: Float32Array, rows: number, width: number, stream: DropoutStream): void {
  const words: Words4 = [0, 0, 0, 0];
  const perRow = Math.ceil(width / 4);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < width; j++) {
      if (j % 4 === 0) philox4x32(stream.key, row * perRow + j / 4, stream.step, stream.layer, 0, words);
      const at = row * width + j;
      y[at] = words[j % 4] >= stream.threshold ? f(y[at] * stream.scale) : 0;
    }
  }
}

/** The largest value of a row, the exponentials of the distances to it, and their sum. */
function softmaxTerms(
  y: Float32Array,
  row: number,
  classes: number,
  terms: Float32Array,
): { top: number; sum: number } {
  let top = y[row * classes];
  for (let j = 1; j < classes; j++) if (y[row * classes + j] > top) top = y[row * classes + j];
  let sum = 0;
  for (let j = 0; j < classes; j++) {
    terms[j] = expNonPositive(f(y[row * classes + j] - top));
    sum = f(sum + terms[j]);
  }
  return { top, sum };
}

/** Log-probabilities [rows, classes] of logits y. */
export function logSoftmaxForward(y: Float32Array, rows: number, classes: number, out: Float32Array): void {
  const terms = new Float32Array(classes);
  for (let row = 0; row < rows; row++) {
    const { top, sum } = softmaxTerms(y, row, classes, terms);
    const shift = logFromOne(sum);
    for (let j = 0; j < classes; j++) out[row * classes + j] = f(f(y[row * classes + j] - top) - shift);
  }
}

/** The arguments of nllBackward besides the logits. */
export interface Targets {
  readonly labels: ArrayLike<number>;
  /** Target of the image's own class and of every other: 1 and 0 without label smoothing. */
  readonly own: number;
  readonly other: number;
  /** 1 / rows for the gradient of a batch's mean loss. */
  readonly share: number;
  /** Weight of each row's loss; all 1 without it. */
  readonly weights?: Float32Array | undefined;
}

/**
 * Each row's cross-entropy with its target, times its weight, and dz = (softmax - target) * (share * weight):
 * LogSoftmax and NLLLoss, backward. The terms of the other classes are added to that of the row's class, in the order
 * of the classes.
 */
export function nllBackward(
  y: Float32Array,
  rows: number,
  classes: number,
  { labels, own, other, share, weights }: Targets,
  losses: Float32Array,
  dz: Float32Array,
): void {
  const terms = new Float32Array(classes);
  for (let row = 0; row < rows; row++) {
    const label = labels[row];
    const { top, sum } = softmaxTerms(y, row, classes, terms);
    const shift = logFromOne(sum);
    let loss = -f(f(y[row * classes + label] - top) - shift);
    if (other > 0) {
      loss = f(own * loss);
      for (let j = 0; j < classes; j++) {
        if (j !== label) loss = f(loss - f(other * f(f(y[row * classes + j] - top) - shift)));
      }
    }
    const weight = weights?.[row] ?? 1;
    losses[row] = f(loss * weight);
    const factor = f(share * weight);
    for (let j = 0; j < classes; j++) {
      const p = f(terms[j] / sum);
      dz[row * classes + j] = f(f(p - (j === label ? own : other)) * factor);
    }
  }
}

/** The arguments of softBackward besides the logits. */
export interface SoftTargets {
  /** [rows, classes]. */
  readonly targets: Float32Array;
  /** 1 / rows for the gradient of a batch's mean loss. */
  readonly share: number;
  /** Weight of each row's loss; all 1 without it. */
  readonly weights?: Float32Array | undefined;
}

/**
 * As nllBackward, but with a separate target for every class of every row. The loss, -Σ target * log-probability,
 * starts from 0, and the terms are subtracted from it in the order of the classes.
 */
export function softBackward(
  y: Float32Array,
  rows: number,
  classes: number,
  { targets, share, weights }: SoftTargets,
  losses: Float32Array,
  dz: Float32Array,
): void {
  const terms = new Float32Array(classes);
  for (let row = 0; row < rows; row++) {
    const { top, sum } = softmaxTerms(y, row, classes, terms);
    const shift = logFromOne(sum);
    const weight = weights?.[row] ?? 1;
    const factor = f(share * weight);
    let loss = 0;
    for (let i = row * classes; i < (row + 1) * classes; i++) {
      loss = f(loss - f(targets[i] * f(f(y[i] - top) - shift)));
      dz[i] = f(f(f(terms[i - row * classes] / sum) - targets[i]) * factor);
    }
    losses[row] = f(loss * weight);
  }
}
