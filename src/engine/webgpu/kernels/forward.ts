/** y = dropout(activation(x Wᵀ + b)) + the skip connection: the product with all that follows it. */

import { type Kernel, struct } from '../wgsl.ts';
import { activations, dropout, step } from './common.ts';
import { pixelFields, pixels } from './gather.ts';
import { product, type Tile, unlessOutside } from './product.ts';

/** Offsets are in vec4f; a tensor that does not exist has offset NONE. Widths in quads of four values. */
export const forwardOp = struct('Op', {
  inputs: 'u32',
  inputQuads: 'u32',
  outputQuads: 'u32',
  x: 'u32',
  weight: 'u32',
  bias: 'u32',
  /** Where the sums are kept before the activation. */
  z: 'u32',
  y: 'u32',
  skip: 'u32',
  activation: 'u32',
  layer: 'u32',
  threshold: 'u32',
  scale: 'f32',
  ...pixelFields,
});

/** The offset of a tensor that does not exist. */
export const NONE = 0xffff_ffff;

/** Where x of a product comes from, and its precision. */
export interface Forward {
  /** Whether x is the images themselves, so that it need not be stored. */
  readonly bytes?: boolean;
  /** Whether the product is of half precision. */
  readonly half?: boolean;
}

export function forwardKernel(tile: Tile, { bytes = false, half = false }: Forward = {}): Kernel {
  const x = bytes ? 'pixelsOf(row, quad, op.inputQuads)' : 'act[op.x + row * op.inputQuads + quad]';
  return {
    name: `forward ${tile.name}${bytes ? ' of bytes' : ''}${half ? ', half precision' : ''}`,
    uses: { value: 'read', act: 'read_write', ...(bytes && { images: 'read', rows: 'read' }) },
    extensions: half ? ['f16'] : [],
    code: `${step.wgsl}${forwardOp.wgsl}
const NONE = ${NONE}u;
${activations}${dropout}${bytes ? pixels : ''}
fn loadA(row: u32, quad: u32) -> vec4f {
  ${unlessOutside(tile, 'row >= step.rows || quad >= op.inputQuads')}
  return ${x};
}

fn loadB(input: u32, quad: u32) -> vec4f {
  ${unlessOutside(tile, 'input >= op.inputs || quad >= op.outputQuads')}
  // The plain tile multiplies zeros by the last row of weights, up to a whole quad of inputs.
  return value[op.weight + min(input, op.inputs - 1) * op.outputQuads + quad];
}

fn finish(row: u32, quad: u32, sum: vec4f) {
  if (row >= step.rows || quad >= op.outputQuads) { return; }
  let place = row * op.outputQuads + quad;
  let z = sum + value[op.bias + quad];
  if (op.z != NONE) { act[op.z + place] = z; }
  if (op.y == NONE) { return; }
  var y = activate(op.activation, z);
  if (op.threshold > 0) { y = dropout(y, place, op.layer, op.threshold, op.scale); }
  if (op.skip != NONE) { y += act[op.skip + place]; }
  act[op.y + place] = y;
}
${product(tile, { a: 'along', b: 'across' }, half)}
@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  multiply(group.y * ${tile.height}u, group.x * ${tile.width / 4}u, op.inputs, thread);
}
`,
  };
}

/** Workgroups of a product whose result has these rows and quads of columns. */
export function groupsOf(tile: Tile, rows: number, quads: number): readonly [number, number] {
  return [Math.ceil((4 * quads) / tile.width), Math.ceil(rows / tile.height)];
}
