/**
 * Weight matrices with one byte per weight: symmetric, w ≈ scale · q with q from -127 to 127 and one scale
 * for each row, that is for each output, or for each block of a row. Clipping the few largest weights of a
 * row may cost less than the other weights gain from finer steps, so each row uses the clipping with the
 * smallest error. Quantizing quantized values again does not change them.
 */

/** A quantized matrix [rows, columns]. */
export interface QuantizedMatrix {
  readonly values: Int8Array;
  /** One for each row, or [rows, blocks of a row]; above 0. */
  readonly scales: Float32Array;
}

/**
 * Weights that share a scale in `int8-blocks`. In a stem of edge detectors, a few weights of a row are a
 * thousand times as large as the others. They get their own blocks, and the others keep fine steps.
 */
export const BLOCK = 32;

const LARGEST = 127;
/** Clipping candidates as shares of the largest weight of a row: 1, 0.95 and so on down to 0.5. */
const CLIPPINGS = Array.from({ length: 11 }, (_, i) => 1 - i / 20);

/**
 * Quantizes a matrix row by row; the clipping of each scale has the smallest sum of squared errors; among
 * equal ones the weakest.
 * @param block weights of a row that share a scale; the whole row by default
 */
export function quantizeRows(weights: Float32Array, columns: number, block = columns): QuantizedMatrix {
  const values = new Int8Array(weights.length);
  const scales = blocksOf(weights.length, columns, block).map(([start, end]) => {
    const own = weights.subarray(start, end);
    const scale = chooseScale(own);
    values.set(
      own.map((weight) => quantize(weight, scale)),
      start,
    );
    return scale;
  });
  return { values, scales: Float32Array.from(scales) };
}

/** The float32 weights of a quantized matrix. */
export function restoreRows(
  { values, scales }: QuantizedMatrix,
  columns: number,
  block = columns,
): Float32Array {
  const weights = new Float32Array(values.length);
  for (const [i, [start, end]] of blocksOf(values.length, columns, block).entries())
    for (let at = start; at < end; at++) weights[at] = values[at] * scales[i];
  return weights;
}

/** Begin and end of each block, row by row; the last of a row may be shorter. */
function blocksOf(length: number, columns: number, block: number): [number, number][] {
  const blocks: [number, number][] = [];
  for (let row = 0; row < length; row += columns)
    for (let start = row; start < row + columns; start += block)
      blocks.push([start, Math.min(start + block, row + columns)]);
  return blocks;
}

function quantize(weight: number, scale: number): number {
  return Math.max(-LARGEST, Math.min(LARGEST, Math.round(weight / scale)));
}

function chooseScale(row: Float32Array): number {
  const largest = row.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const before = scaleBefore(row, largest);
  if (before !== undefined) return before;
  let best = 1;
  let least = Number.POSITIVE_INFINITY;
  for (const clipping of CLIPPINGS) {
    const scale = Math.fround((largest * clipping) / LARGEST);
    // A row of zeros, or of almost zeros, is zeros at any scale.
    if (scale === 0) break;
    let error = 0;
    for (const weight of row) error += (weight - scale * quantize(weight, scale)) ** 2;
    if (error >= least) continue;
    least = error;
    best = scale;
  }
  return best;
}

/**
 * The scale by which a row was quantized before; undefined for one that never was. Its largest weight is then 127 scales,
 * rounded, so that the scale is a 127th of it or the float32 next to that.
 */
function scaleBefore(row: Float32Array, largest: number): number | undefined {
  const near = Math.fround(largest / LARGEST);
  if (near === 0) return undefined;
  const bits = new Int32Array(Float32Array.of(near).buffer)[0];
  const neighbors = new Float32Array(Int32Array.of(bits, bits - 1, bits + 1).buffer);
  return neighbors.find((scale) =>
    row.every((weight) => Math.fround(scale * quantize(weight, scale)) === weight),
  );
}
