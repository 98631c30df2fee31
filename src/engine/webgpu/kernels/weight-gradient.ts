/**
 * dW = dzᵀ x and db, of any number of layers in one dispatch: kept so that they can be read, or passed directly to the
 * optimizer's step.
 */

import { type Kernel, struct, type Uses } from '../wgsl.ts';
import { lifting, optimize, step } from './common.ts';
import { pixelFields, pixels } from './gather.ts';
import { product, type Tile, threadsOf, unlessOutside } from './product.ts';

/** A layer's part of the dispatch; offsets in vec4f, widths in quads. */
export const weightEntry = struct('Entry', {
  /** The first of its workgroups, and how many of them are side by side. */
  firstGroup: 'u32',
  across: 'u32',
  inputs: 'u32',
  inputQuads: 'u32',
  outputQuads: 'u32',
  x: 'u32',
  dz: 'u32',
  weight: 'u32',
  bias: 'u32',
  /** Whether x is the images themselves. */
  bytes: 'u32',
});

export const WEIGHT_ENTRY_BYTES = 40;

export const weightOp = struct('Op', { entries: 'u32', ...pixelFields });

/** How a weight gradient is computed, and how it is used. */
export interface WeightGradient {
  /** Whether the optimizer takes the gradient at once, so that it is not kept. */
  readonly fused: boolean;
  /** Whether a running average is kept. */
  readonly average: boolean;
  /** Whether x of an entry may be the images themselves. */
  readonly bytes: boolean;
  /** Whether the product is of half precision. */
  readonly half?: boolean;
}

export function weightGradientKernel(
  tile: Tile,
  { fused, average, bytes, half = false }: WeightGradient,
): Kernel {
  const optimizer: Uses = {
    value: 'read_write',
    firstMoment: 'read_write',
    secondMoment: 'read_write',
    ...(average && { average: 'read_write' }),
  };
  const averaged = 'average[place] = step.decay * average[place] + step.rest * moved.value;';
  const store = fused
    ? `  let moved = optimize(value[place], sum, firstMoment[place], secondMoment[place], thin);
  value[place] = moved.value;
  firstMoment[place] = moved.first;
  if (step.optimizer == 0) { secondMoment[place] = moved.second; }
  ${average ? averaged : ''}`
    : '  gradient[place] = sum;';
  const wide = tile.width / 4;
  const lanes = threadsOf(tile) / wide;
  return {
    name: `weight gradient ${tile.name}${fused ? ' and step' : ''}${average ? ', averaged' : ''}${bytes ? ', of bytes' : ''}${half ? ', half precision' : ''}`,
    extensions: half ? ['f16'] : [],
    uses: {
      act: 'read',
      table: 'read',
      ...(bytes && { images: 'read', rows: 'read' }),
      ...(fused ? optimizer : { gradient: 'read_write' }),
    },
    code: `${step.wgsl}${weightOp.wgsl}${weightEntry.wgsl}
${fused ? optimize : ''}${bytes ? pixels : ''}${lifting(half)}
var<private> entry: Entry;

fn loadA(row: u32, quad: u32) -> vec4f {
  ${unlessOutside(tile, 'row >= step.rows || quad >= entry.inputQuads')}
  ${bytes ? 'if (entry.bytes == 1) { return pixelsOf(row, quad, entry.inputQuads); }' : ''}
  return act[entry.x + row * entry.inputQuads + quad];
}

fn loadB(row: u32, quad: u32) -> vec4f {
  ${unlessOutside(tile, 'row >= step.rows || quad >= entry.outputQuads')}
  return lifted(act[entry.dz + row * entry.outputQuads + quad]);
}

fn store(place: u32, sum: vec4f, thin: bool) {
${store}
}

fn finish(input: u32, quad: u32, sum: vec4f) {
  if (input < entry.inputs && quad < entry.outputQuads) {
    store(entry.weight + input * entry.outputQuads + quad, lowered(sum), true);
  }
}
${product(tile, { a: 'across', b: 'across' }, half)}
/** The biases' gradients of the tile's columns: every lane adds some rows. */
fn addBias(firstQuad: u32, thread: u32) {
  let quad = firstQuad + thread % ${wide}u;
  var sum = vec4f(0);
  for (var row = thread / ${wide}u; row < step.rows; row += ${lanes}u) { sum += loadB(row, quad); }
  workgroupBarrier();
  keep(thread, sum);
  workgroupBarrier();
  if (thread < ${wide}u && quad < entry.outputQuads) {
    for (var lane = 1u; lane < ${lanes}u; lane++) { sum += kept(thread + lane * ${wide}u); }
    store(entry.bias + quad, lowered(sum), false);
  }
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) count: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let group = id.x + id.y * count.x;
  var index = 0u;
  while (index + 1 < op.entries && table[index + 1].firstGroup <= group) { index++; }
  let mine = table[index];
  entry = mine;
  let tile = group - mine.firstGroup;
  let firstRow = tile / mine.across * ${tile.height}u;
  let firstQuad = tile % mine.across * ${wide}u;
  if (firstRow < mine.inputs) {
    multiply(firstRow, firstQuad, step.rows, thread);
    if (firstRow == 0) { addBias(firstQuad, thread); }
  }
}
`,
  };
}
