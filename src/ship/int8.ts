/**
 * Weight matrices in a byte a weight: symmetric, w ≈ scale · q with q from -127 to 127 and one scale for each row, that
 * is for each output, or for each block of a row. What a row's few largest weights lose by clipping may be less than what all others gain from the
 * finer steps, so that each row takes the clipping that costs it least. What has been quantized before comes out as it was.
 */

/** A quantized matrix [rows, columns]. */
export interface QuantizedMatrix {
  readonly values: Int8Array;
  /** One for each row, or [rows, blocks of a row]; above 0. */
  readonly scales: Float32Array;
}

/**
 * Weights that share a scale in `int8-blocks`. A row in which a few weights are a thousand times as large as the others, as
 * in a stem of edges, has these in blocks of their own, and the others keep steps fine enough for them.
 */
export const BLOCK = 32;

const LARGEST = 127;
/** Shares of a row's largest weight at which it may be clipped: 1, 0.95 and so on down to 0.5. */
const CLIPPINGS = Array.from({ length: 11 }, (_, i) => 1 - i / 20);

/**
 * Quantizes a matrix row by row; each scale's clipping has the least sum of squared errors, the weakest of equals.
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

/** The float32 weights that a quantized matrix stands for. */
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

/** Where each block begins and ends, row by row; the last of a row may be shorter. */
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
    // A row of nothing, or of next to nothing, is zeros in any scale.
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
