/** x from the images' bytes: as they are, or moved and mixed as records say. */

import { GRID, RECORD } from '../../../data/augment.ts';
import type { ImageShape } from '../../../data/image-shape.ts';
import type { PixelScaling } from '../../../data/preprocessing.ts';
import { type Kernel, struct } from '../wgsl.ts';
import { step } from './common.ts';

/** Words of a row's records: of its augmentation; then partner, left, top, right, bottom and weight of what is mixed in. */
export const RECORD_WORDS = RECORD + 6;

export const gatherOp = struct('Op', {
  /** Words of an image, which are the quads of a row of x too. */
  quads: 'u32',
  /** Pixels of a plane, and values of a row. */
  plane: 'u32',
  width: 'u32',
  height: 'u32',
  size: 'u32',
  x: 'u32',
});

/** For an op that reads bytes itself: quads of a channel, and the value of a byte, byte * slope + level. */
export const pixelFields = {
  planeQuads: 'u32',
  slope0: 'f32',
  slope1: 'f32',
  slope2: 'f32',
  level0: 'f32',
  level1: 'f32',
  level2: 'f32',
} as const;

/** Those fields for a scaling of (byte / 255 - offset) / scale. */
export function pixelValues(shape: ImageShape, { offset, scale }: PixelScaling) {
  const [slope0, slope1, slope2] = scale.map((value) => 1 / (255 * value));
  const [level0, level1, level2] = offset.map((value, i) => -value / scale[i]);
  const planeQuads = (shape.height * shape.width) / 4;
  return { planeQuads, slope0, slope1, slope2, level0, level1, level2 };
}

/** Four values of a row of the input, of images whose channels are whole quads. */
export const pixels = `
fn pixelsOf(row: u32, quad: u32, quads: u32) -> vec4f {
  let word = images[rows[step.first + row].x * quads + quad];
  let bytes = vec4f((vec4u(word) >> vec4u(0, 8, 16, 24)) & vec4u(255));
  var slope = op.slope0;
  var level = op.level0;
  if (quad >= 2 * op.planeQuads) { slope = op.slope2; level = op.level2; }
  else if (quad >= op.planeQuads) { slope = op.slope1; level = op.level1; }
  return fma(bytes, vec4f(slope), vec4f(level));
}
`;

/** 64 quads a workgroup, of row `y`. */
const THREADS = 64;

export function gatherGroups(quads: number, rows: number): readonly [number, number] {
  return [Math.ceil(quads / THREADS), rows];
}

/** Each byte's value is looked up, so that it has the same bits as in the reference. */
export const gatherKernel: Kernel = {
  name: 'gather',
  uses: { images: 'read', rows: 'read', levels: 'read', act: 'read_write' },
  code: `${step.wgsl}${gatherOp.wgsl}
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let quad = id.x;
  let row = id.y;
  if (quad >= op.quads || row >= step.rows) { return; }
  let bytes = images[rows[step.first + row].x * op.quads + quad];
  var x = vec4f(0);
  for (var i = 0u; i < 4; i++) {
    let at = 4 * quad + i;
    if (at < op.size) { x[i] = levels[at / op.plane * 256 + ((bytes >> (8 * i)) & 255)]; }
  }
  act[op.x + row * op.quads + quad] = x;
}
`,
};

/** As `augmentImage` and `mixImage` of src/engine/reference/augment.ts, in the same integers. */
export const augmentKernel: Kernel = {
  name: 'augment',
  uses: { images: 'read', rows: 'read', records: 'read', levels: 'read', act: 'read_write' },
  code: `${step.wgsl}${gatherOp.wgsl}
fn pixel(image: u32, plane: u32, x: i32, y: i32) -> i32 {
  if (x < 0 || y < 0 || x >= i32(op.width) || y >= i32(op.height)) { return 0; }
  let at = plane * op.plane + u32(y) * op.width + u32(x);
  return i32((images[image * op.quads + at / 4] >> (8 * (at % 4))) & 255);
}

fn point(record: u32, column: i32, row: i32, axis: u32) -> i32 {
  return records[record + 12 + 2 * u32(row * ${GRID} + column) + axis];
}

fn down(record: u32, column: i32, row: i32, height: i32, y: i32, axis: u32) -> i32 {
  let upper = point(record, column, row, axis);
  return upper + (point(record, column, row + 1, axis) - upper) / height * (y - row * height);
}

/** What the elastic grid adds to the position of a pixel. */
fn pull(record: u32, axis: u32, x: i32, y: i32) -> i32 {
  let width = records[record + 10];
  let height = records[record + 11];
  if (width == 0) { return 0; }
  let column = x / width;
  let row = y / height;
  let left = down(record, column, row, height, y, axis);
  return left + (down(record, column + 1, row, height, y, axis) - left) / width * (x - column * width);
}

fn augmented(row: u32, plane: u32, x: i32, y: i32) -> i32 {
  let record = (step.first + row) * ${RECORD_WORDS};
  if (x >= records[record + 6] && x < records[record + 8] && y >= records[record + 7] && y < records[record + 9]) {
    return 0;
  }
  let u = records[record] * x + records[record + 1] * y + records[record + 2] + pull(record, 0, x, y);
  let v = records[record + 3] * x + records[record + 4] * y + records[record + 5] + pull(record, 1, x, y);
  let image = rows[step.first + row].x;
  let left = u >> 16;
  let top = v >> 16;
  let across = (u >> 8) & 255;
  let below = (v >> 8) & 255;
  let upper = pixel(image, plane, left, top) * (256 - across) + pixel(image, plane, left + 1, top) * across;
  let lower = pixel(image, plane, left, top + 1) * (256 - across) + pixel(image, plane, left + 1, top + 1) * across;
  return (upper * (256 - below) + lower * below + 32768) >> 16;
}

fn mixed(row: u32, plane: u32, x: i32, y: i32) -> i32 {
  let own = augmented(row, plane, x, y);
  let mix = (step.first + row) * ${RECORD_WORDS} + ${RECORD};
  if (x < records[mix + 1] || y < records[mix + 2] || x >= records[mix + 3] || y >= records[mix + 4]) { return own; }
  let weight = records[mix + 5];
  return (own * weight + augmented(u32(records[mix]), plane, x, y) * (256 - weight) + 128) >> 8;
}

@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let quad = id.x;
  let row = id.y;
  if (quad >= op.quads || row >= step.rows) { return; }
  var x = vec4f(0);
  for (var i = 0u; i < 4; i++) {
    let at = 4 * quad + i;
    if (at < op.size) {
      let plane = at / op.plane;
      let place = at % op.plane;
      x[i] = levels[plane * 256 + u32(mixed(row, plane, i32(place % op.width), i32(place / op.width)))];
    }
  }
  act[op.x + row * op.quads + quad] = x;
}
`,
};
