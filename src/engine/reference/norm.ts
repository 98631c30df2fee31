/**
 * Batch normalisation over [rows, width], stated plainly: each operation rounded to float32, rows added in order. As
 * torch.nn.BatchNorm1d; the constants are its defaults.
 */

const f = Math.fround;
const EPSILON = f(1e-5);
const MOMENTUM = f(0.1);
const REST = f(0.9);

/** One layer's vectors of `width`. */
export interface NormTensors {
  readonly scale: Float32Array;
  readonly shift: Float32Array;
  readonly runningMean: Float32Array;
  readonly runningVariance: Float32Array;
  /** 1 / standard deviation that the last forward pass used. */
  readonly inverse: Float32Array;
}

/** z becomes its normalised self, by the batch's statistics and moving the running ones, or by the running ones. */
export function normForward(z: Float32Array, rows: number, norm: NormTensors, training: boolean): void {
  const width = norm.scale.length;
  for (let j = 0; j < width; j++) {
    let mean = norm.runningMean[j];
    let variance = norm.runningVariance[j];
    if (training) {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum = f(sum + z[row * width + j]);
      mean = f(sum / rows);
      let squares = 0;
      for (let row = 0; row < rows; row++) {
        const distance = f(z[row * width + j] - mean);
        squares = f(squares + f(distance * distance));
      }
      variance = f(squares / rows);
      const unbiased = f(squares / Math.max(rows - 1, 1));
      norm.runningMean[j] = f(f(REST * norm.runningMean[j]) + f(MOMENTUM * mean));
      norm.runningVariance[j] = f(f(REST * norm.runningVariance[j]) + f(MOMENTUM * unbiased));
    }
    const inverse = f(1 / f(Math.sqrt(f(variance + EPSILON))));
    norm.inverse[j] = inverse;
    for (let row = 0; row < rows; row++) {
      const at = row * width + j;
      z[at] = f(f(z[at] - mean) * inverse);
    }
  }
}

/** What normBackward leaves the gradients in. */
export interface NormGradients {
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

/**
 * The gradient `da` with respect to the scaled and shifted values becomes that with respect to z.
 * @param normalised what normForward left in z
 */
export function normBackward(
  da: Float32Array,
  normalised: Float32Array,
  rows: number,
  norm: NormTensors,
  gradients: NormGradients,
  training: boolean,
): void {
  const width = norm.scale.length;
  for (let j = 0; j < width; j++) {
    let sum = 0;
    let product = 0;
    for (let row = 0; row < rows; row++) {
      const at = row * width + j;
      sum = f(sum + da[at]);
      product = f(product + f(da[at] * normalised[at]));
    }
    gradients.shift[j] = sum;
    gradients.scale[j] = product;
    const factor = f(norm.scale[j] * norm.inverse[j]);
    // The running statistics do not depend on the batch.
    const meanSum = training ? f(sum / rows) : 0;
    const meanProduct = training ? f(product / rows) : 0;
    for (let row = 0; row < rows; row++) {
      const at = row * width + j;
      da[at] = f(factor * f(f(da[at] - meanSum) - f(normalised[at] * meanProduct)));
    }
  }
}
