/**
 * BatchNorm1d, whose statistics run over the rows: forward with activation and dropout after it, and backward through
 * them. A workgroup has some quads of columns and shares out the rows. And the sums for LayerNorm's scale and shift.
 */

import { type Kernel, struct, type Uses } from '../wgsl.ts';
import { activations, dropout } from './common.ts';
import { NONE } from './forward.ts';
import { reducingKernel } from './reduce.ts';

/** Quads of columns and threads over the rows of a workgroup. */
const COLUMNS = 2;
const LANES = 64;
const THREADS = COLUMNS * LANES;

export function columnGroups(quads: number): readonly [number, number] {
  return [Math.ceil(quads / COLUMNS), 1];
}

/** A kernel that calls `run(quad, lane, thread)` for every quad of columns. */
function byColumns(name: string, uses: Uses, op: string, run: string, subgroups: boolean): Kernel {
  return reducingKernel(
    {
      ...{ name, uses, op, code: run },
      reduction: { type: 'vec4f', threads: THREADS, columns: COLUMNS },
      main: `  run(group.x * ${COLUMNS}u + thread % ${COLUMNS}u, thread / ${COLUMNS}u, thread);`,
    },
    subgroups,
  );
}

export const batchNormOp = struct('Op', {
  quads: 'u32',
  source: 'u32',
  normalized: 'u32',
  y: 'u32',
  scale: 'u32',
  shift: 'u32',
  mean: 'u32',
  variance: 'u32',
  inverse: 'u32',
  byBatch: 'u32',
  activation: 'u32',
  layer: 'u32',
  threshold: 'u32',
  dropScale: 'f32',
});

export const batchNormKernel = (subgroups: boolean): Kernel =>
  byColumns(
    'batch norm',
    { value: 'read', statistics: 'read_write', act: 'read_write' },
    batchNormOp.wgsl,
    `${activations}${dropout}
fn run(quad: u32, lane: u32, thread: u32) {
  let inside = quad < op.quads;
  let rows = select(0, step.rows, inside);
  var mean = statistics[op.mean + min(quad, op.quads - 1)];
  var variance = statistics[op.variance + min(quad, op.quads - 1)];
  if (op.byBatch == 1) {
    var sum = vec4f(0);
    for (var row = lane; row < rows; row += ${LANES}) { sum += act[op.source + row * op.quads + quad]; }
    let batchMean = sumAll(sum, thread) / f32(step.rows);
    var squares = vec4f(0);
    for (var row = lane; row < rows; row += ${LANES}) {
      let distance = act[op.source + row * op.quads + quad] - batchMean;
      squares += distance * distance;
    }
    squares = sumAll(squares, thread);
    let batchVariance = squares / f32(step.rows);
    if (inside && lane == 0) {
      statistics[op.mean + quad] = 0.9 * mean + 0.1 * batchMean;
      let unbiased = squares / f32(max(step.rows - 1, 1));
      statistics[op.variance + quad] = 0.9 * variance + 0.1 * unbiased;
    }
    mean = batchMean;
    variance = batchVariance;
  }
  let inverse = 1 / sqrt(variance + 1e-5);
  if (inside && lane == 0) { act[op.inverse + quad] = inverse; }
  for (var row = lane; row < rows; row += ${LANES}) {
    let place = row * op.quads + quad;
    let normalized = (act[op.source + place] - mean) * inverse;
    act[op.normalized + place] = normalized;
    var y = activate(op.activation, normalized * value[op.scale + quad] + value[op.shift + quad]);
    if (op.threshold > 0) { y = dropout(y, place, op.layer, op.threshold, op.dropScale); }
    act[op.y + place] = y;
  }
}
`,
    subgroups,
  );

export const batchNormGradientOp = struct('Op', {
  quads: 'u32',
  dy: 'u32',
  /** Gradient of the skip connection, added to dy; NONE without it. */
  skipped: 'u32',
  dz: 'u32',
  normalized: 'u32',
  scale: 'u32',
  shift: 'u32',
  inverse: 'u32',
  byBatch: 'u32',
  activation: 'u32',
  layer: 'u32',
  threshold: 'u32',
  dropScale: 'f32',
});

export const batchNormGradientKernel = (subgroups: boolean): Kernel =>
  byColumns(
    'batch norm gradient',
    { value: 'read', gradient: 'read_write', act: 'read_write' },
    batchNormGradientOp.wgsl,
    `${activations}${dropout}
fn run(quad: u32, lane: u32, thread: u32) {
  let inside = quad < op.quads;
  let rows = select(0, step.rows, inside);
  let scale = value[op.scale + min(quad, op.quads - 1)];
  let shift = value[op.shift + min(quad, op.quads - 1)];
  var sum = vec4f(0);
  var product = vec4f(0);
  for (var row = lane; row < rows; row += ${LANES}) {
    let place = row * op.quads + quad;
    var dy = act[op.dy + place];
    if (op.skipped != ${NONE}u) {
      dy += act[op.skipped + place];
      act[op.dy + place] = dy;
    }
    let normalized = act[op.normalized + place];
    if (op.threshold > 0) { dy = dropout(dy, place, op.layer, op.threshold, op.dropScale); }
    let da = dy * derivative(op.activation, normalized * scale + shift);
    act[op.dz + place] = da;
    sum += da;
    product += da * normalized;
  }
  sum = sumAll(sum, thread);
  product = sumAll(product, thread);
  if (inside && lane == 0) {
    gradient[op.shift + quad] = sum;
    gradient[op.scale + quad] = product;
  }
  if (!inside) { return; }
  // The running statistics do not depend on the batch.
  let share = f32(op.byBatch) / f32(step.rows);
  let factor = scale * act[op.inverse + quad];
  for (var row = lane; row < rows; row += ${LANES}) {
    let place = row * op.quads + quad;
    act[op.dz + place] = factor * (act[op.dz + place] - sum * share - act[op.normalized + place] * (product * share));
  }
}
`,
    subgroups,
  );

export const affineGradientOp = struct('Op', {
  quads: 'u32',
  da: 'u32',
  normalized: 'u32',
  scale: 'u32',
  shift: 'u32',
});

/** Gradients of a LayerNorm's scale and shift. */
export const affineGradientKernel = (subgroups: boolean): Kernel =>
  byColumns(
    'affine gradient',
    { gradient: 'read_write', act: 'read' },
    affineGradientOp.wgsl,
    `
fn run(quad: u32, lane: u32, thread: u32) {
  let inside = quad < op.quads;
  let rows = select(0, step.rows, inside);
  var sum = vec4f(0);
  var product = vec4f(0);
  for (var row = lane; row < rows; row += ${LANES}) {
    let place = row * op.quads + quad;
    sum += act[op.da + place];
    product += act[op.da + place] * act[op.normalized + place];
  }
  sum = sumAll(sum, thread);
  product = sumAll(product, thread);
  if (inside && lane == 0) {
    gradient[op.shift + quad] = sum;
    gradient[op.scale + quad] = product;
  }
}
`,
    subgroups,
  );
