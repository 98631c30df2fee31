// Log-softmax, the negative log-likelihood and its gradient, a row at a time. A row has few classes: scalar.

import { LINE } from "./constants.generated";
import { expNonPositive, logFromOne } from "./math";

/** Address of class j of a row whose first line is at `line`. */
// @ts-ignore: decorator
@inline
function cell(line: usize, panel: usize, j: i32): usize {
  return line + (<usize>(j >> 4)) * panel + (<usize>(j & 15)) * 4;
}

function rowMaximum(line: usize, panel: usize, classes: i32): f32 {
  let top = load<f32>(line);
  for (let j = 1; j < classes; j++) {
    const value = load<f32>(cell(line, panel, j));
    if (value > top) top = value;
  }
  return top;
}

/** log-probabilities out[row][class], contiguous, for rows `begin` to `end`. */
export function logSoftmax(y: usize, yPanel: usize, classes: i32, out: usize, begin: i32, end: i32): void {
  for (let row = begin; row < end; row++) {
    const line = y + (<usize>row) * LINE;
    const top = rowMaximum(line, yPanel, classes);
    let sum: f32 = 0;
    for (let j = 0; j < classes; j++) sum += expNonPositive(load<f32>(cell(line, yPanel, j)) - top);
    const shift = logFromOne(sum);
    const to = out + (<usize>row) * (<usize>classes) * 4;
    for (let j = 0; j < classes; j++) {
      store<f32>(to + ((<usize>j) << 2), load<f32>(cell(line, yPanel, j)) - top - shift);
    }
  }
}

/** Writes the exponentials of a row's distances to its maximum to the cells from `grad` on, and returns their sum. */
// @ts-ignore: decorator
@inline
function softmaxTerms(line: usize, grad: usize, panel: usize, classes: i32, top: f32): f32 {
  let sum: f32 = 0;
  for (let j = 0; j < classes; j++) {
    const e = expNonPositive(load<f32>(cell(line, panel, j)) - top);
    store<f32>(cell(grad, panel, j), e);
    sum += e;
  }
  return sum;
}

/**
 * losses[row] = cross-entropy with the row's target, times its weight, and dz = (softmax - target) * (share * weight), by
 * rows and, unless dzT is 0, transposed. The target is `own` for the row's label and `other` for every other class.
 * @param losses 0 where they are not wanted
 * @param dzTPanel bytes of a panel of dzT
 * @param share 1 / rows for the mean loss of a batch
 * @param weights a float32 for each row, or 0 where all weigh 1
 */
export function nllGradient(
  y: usize, yPanel: usize, classes: i32, labels: usize, losses: usize, dz: usize, dzT: usize, dzTPanel: usize,
  own: f32, other: f32, share: f32, weights: usize, begin: i32, end: i32,
): void {
  for (let row = begin; row < end; row++) {
    const line = y + (<usize>row) * LINE;
    const grad = dz + (<usize>row) * LINE;
    const column = dzT + (<usize>(row >> 4)) * dzTPanel + (<usize>(row & 15)) * 4;
    const label = <i32>load<u32>(labels + ((<usize>row) << 2));
    const top = rowMaximum(line, yPanel, classes);
    const sum = softmaxTerms(line, grad, yPanel, classes, top);
    const shift = logFromOne(sum);
    let loss = -(load<f32>(cell(line, yPanel, label)) - top - shift);
    if (other > 0) {
      loss = own * loss;
      for (let j = 0; j < classes; j++) {
        if (j != label) loss -= other * (load<f32>(cell(line, yPanel, j)) - top - shift);
      }
    }
    const weight = weightOf(weights, row), factor = share * weight;
    if (losses) store<f32>(losses + ((<usize>row) << 2), loss * weight);
    for (let j = 0; j < classes; j++) {
      const at = cell(grad, yPanel, j);
      const p = load<f32>(at) / sum;
      const value = (p - (j == label ? own : other)) * factor;
      store<f32>(at, value);
      if (dzT) store<f32>(column + (<usize>j) * LINE, value);
    }
  }
}

// @ts-ignore: decorator
@inline
function weightOf(weights: usize, row: i32): f32 {
  return weights ? load<f32>(weights + ((<usize>row) << 2)) : 1;
}

/**
 * As nllGradient, but with a separate target for every class of every row.
 * @param targets [row][class], contiguous
 */
export function softGradient(
  y: usize, yPanel: usize, classes: i32, targets: usize, losses: usize, dz: usize, dzT: usize, dzTPanel: usize,
  share: f32, weights: usize, begin: i32, end: i32,
): void {
  for (let row = begin; row < end; row++) {
    const line = y + (<usize>row) * LINE;
    const grad = dz + (<usize>row) * LINE;
    const column = dzT + (<usize>(row >> 4)) * dzTPanel + (<usize>(row & 15)) * 4;
    const target = targets + (<usize>row) * (<usize>classes) * 4;
    const top = rowMaximum(line, yPanel, classes);
    const sum = softmaxTerms(line, grad, yPanel, classes, top);
    const shift = logFromOne(sum);
    const weight = weightOf(weights, row), factor = share * weight;
    let loss: f32 = 0;
    for (let j = 0; j < classes; j++) {
      const t = load<f32>(target + ((<usize>j) << 2));
      loss -= t * (load<f32>(cell(line, yPanel, j)) - top - shift);
      const at = cell(grad, yPanel, j);
      const value = (load<f32>(at) / sum - t) * factor;
      store<f32>(at, value);
      if (dzT) store<f32>(column + (<usize>j) * LINE, value);
    }
    store<f32>(losses + ((<usize>row) << 2), loss * weight);
  }
}
