/** dx = dz W, masked as the activation and dropout of the layer below ask for. */

import { type Kernel, struct } from '../wgsl.ts';
import { dropout, lifting, step } from './common.ts';
import { product, type Tile } from './product.ts';

export const inputGradientOp = struct('Op', {
  inputs: 'u32',
  outputs: 'u32',
  inputQuads: 'u32',
  outputQuads: 'u32',
  dz: 'u32',
  weight: 'u32',
  dx: 'u32',
  /** The mask of the layer below: 0 none, 1 after ReLU, whose y is at `y`, 2 after dropout alone. */
  mask: 'u32',
  y: 'u32',
  layer: 'u32',
  threshold: 'u32',
  scale: 'f32',
});

/** @param half whether the product is of half precision */
export function inputGradientKernel(tile: Tile, half = false): Kernel {
  return {
    name: `input gradient ${tile.name}${half ? ', half precision' : ''}`,
    uses: { value: 'read', act: 'read_write' },
    extensions: half ? ['f16'] : [],
    code: `${step.wgsl}${inputGradientOp.wgsl}
${dropout}${lifting(half)}
fn loadA(row: u32, quad: u32) -> vec4f {
  if (row >= step.rows || quad >= op.outputQuads) { return vec4f(0); }
  return lifted(act[op.dz + row * op.outputQuads + quad]);
}

fn loadB(input: u32, quad: u32) -> vec4f {
  if (input >= op.inputs || quad >= op.outputQuads) { return vec4f(0); }
  return value[op.weight + input * op.outputQuads + quad];
}

fn finish(row: u32, quad: u32, sum: vec4f) {
  if (row >= step.rows || quad >= op.inputQuads) { return; }
  let place = row * op.inputQuads + quad;
  var dx = lowered(sum);
  switch (op.mask) {
    // A value is above 0 only where neither ReLU nor dropout made it 0.
    case 1u: { dx = select(vec4f(0), dx * op.scale, act[op.y + place] > vec4f(0)); }
    case 2u: { dx = dropout(dx, place, op.layer, op.threshold, op.scale); }
    default: {}
  }
  act[op.dx + place] = dx;
}
${product(tile, { a: 'along', b: 'along' }, half)}
@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  multiply(group.y * ${tile.height}u, group.x * ${tile.width / 4}u, op.outputs, thread);
}
`,
  };
}
