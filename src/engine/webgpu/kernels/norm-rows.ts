/** LayerNorm, whose statistics run over a row's features: a workgroup a row. */

import { type Kernel, struct } from '../wgsl.ts';
import { activations, dropout } from './common.ts';
import { reducingKernel } from './reduce.ts';

const THREADS = 64;

/** A kernel that calls `run(row, thread)` for every row. */
function byRows(name: string, op: string, run: string, subgroups: boolean): Kernel {
  return reducingKernel(
    {
      ...{ name, op, uses: { value: 'read', act: 'read_write' } },
      reduction: { type: 'f32', threads: THREADS },
      code: `
/** The sum over all threads and their four values. */
fn total(own: vec4f, thread: u32) -> f32 {
  return sumAll(dot(own, vec4f(1)), thread);
}

/** The values of a quad that exist. */
fn within(quad: u32, values: vec4f) -> vec4f {
  return select(vec4f(0), values, vec4u(4 * quad) + vec4u(0, 1, 2, 3) < vec4u(op.width));
}
${run}`,
      main: `  let row = group.x + group.y * count.x;
  if (row < step.rows) { run(row, thread); }`,
    },
    subgroups,
  );
}

export const layerNormOp = struct('Op', {
  quads: 'u32',
  width: 'u32',
  source: 'u32',
  normalized: 'u32',
  y: 'u32',
  scale: 'u32',
  shift: 'u32',
  /** A quad for each row. */
  inverse: 'u32',
  activation: 'u32',
  layer: 'u32',
  threshold: 'u32',
  dropScale: 'f32',
});

export const layerNormKernel = (subgroups: boolean): Kernel =>
  byRows(
    'layer norm',
    layerNormOp.wgsl,
    `${activations}${dropout}
fn run(row: u32, thread: u32) {
  let first = row * op.quads;
  var sum = vec4f(0);
  for (var quad = thread; quad < op.quads; quad += THREADS) { sum += within(quad, act[op.source + first + quad]); }
  let mean = total(sum, thread) / f32(op.width);
  var squares = vec4f(0);
  for (var quad = thread; quad < op.quads; quad += THREADS) {
    let distance = within(quad, act[op.source + first + quad] - mean);
    squares += distance * distance;
  }
  let inverse = 1 / sqrt(total(squares, thread) / f32(op.width) + 1e-5);
  if (thread == 0) { act[op.inverse + row] = vec4f(inverse); }
  for (var quad = thread; quad < op.quads; quad += THREADS) {
    let normalized = within(quad, (act[op.source + first + quad] - mean) * inverse);
    act[op.normalized + first + quad] = normalized;
    var y = activate(op.activation, normalized * value[op.scale + quad] + value[op.shift + quad]);
    if (op.threshold > 0) { y = dropout(y, first + quad, op.layer, op.threshold, op.dropScale); }
    act[op.y + first + quad] = y;
  }
}
`,
    subgroups,
  );

export const layerNormGradientOp = struct('Op', {
  quads: 'u32',
  width: 'u32',
  da: 'u32',
  normalized: 'u32',
  scale: 'u32',
  inverse: 'u32',
});

/** In place. */
export const layerNormGradientKernel = (subgroups: boolean): Kernel =>
  byRows(
    'layer norm gradient',
    layerNormGradientOp.wgsl,
    `
fn run(row: u32, thread: u32) {
  let first = row * op.quads;
  var sum = vec4f(0);
  var product = vec4f(0);
  for (var quad = thread; quad < op.quads; quad += THREADS) {
    let scaled = within(quad, act[op.da + first + quad] * value[op.scale + quad]);
    sum += scaled;
    product += scaled * act[op.normalized + first + quad];
  }
  let meanSum = total(sum, thread) / f32(op.width);
  let meanProduct = total(product, thread) / f32(op.width);
  let inverse = act[op.inverse + row].x;
  for (var quad = thread; quad < op.quads; quad += THREADS) {
    let scaled = act[op.da + first + quad] * value[op.scale + quad];
    let change = scaled - meanSum - act[op.normalized + first + quad] * meanProduct;
    act[op.da + first + quad] = within(quad, inverse * change);
  }
}
`,
    subgroups,
  );
