// From bytes to a batch: (pixel / 255 - offset) / scale, into panels of 16 pixels; and from panels to plain rows.

import { LINE } from "./constants.generated";

/**
 * x[panel][row][16] for rows `begin` to `end` of the batch. Images are `size` bytes each and are followed by at
 * least 16 readable bytes; lanes past `size` become 0.
 * @param indices image number of every row
 * @param scaling for each panel a line of offsets and a line of scales
 */
export function gather(
  x: usize, xPanel: usize, images: usize, size: i32, indices: usize, scaling: usize, begin: i32, end: i32,
): void {
  fetch(x, images, size, indices, begin, end);
  for (let row = begin; row < end; row++) {
    const image = images + <usize>load<u32>(indices + ((<usize>row) << 2)) * (<usize>size);
    normalize(x, xPanel, image, size, row, scaling);
  }
}

/** One image into row `row` of x. It is followed by at least 16 readable bytes. */
export function normalize(x: usize, xPanel: usize, image: usize, size: i32, row: i32, scaling: usize): void {
  const panels = (size + 15) >> 4;
  let line = x + (<usize>row) * LINE;
  for (let panel = 0; panel < panels; panel++) {
    const bytes = v128.load(image + (<usize>panel << 4));
    const low = v128.extend_low<u8>(bytes), high = v128.extend_high<u8>(bytes);
    const by = scaling + (<usize>panel) * 2 * LINE;
    store4(line, v128.extend_low<u16>(low), by);
    store4(line + 16, v128.extend_high<u16>(low), by + 16);
    store4(line + 32, v128.extend_low<u16>(high), by + 32);
    store4(line + 48, v128.extend_high<u16>(high), by + 48);
    line += xPanel;
  }
  const inLast = size & 15;
  if (inLast) memory.fill(line - xPanel + (<usize>inLast << 2), 0, LINE - (<usize>inLast << 2));
}

/** out[row][width], contiguous, from panels, for rows `begin` to `end`. */
export function scatter(y: usize, yPanel: usize, width: i32, out: usize, begin: i32, end: i32): void {
  const bytes = (<usize>width) << 2;
  for (let row = begin; row < end; row++) {
    let line = y + (<usize>row) * LINE;
    const to = out + (<usize>row) * bytes;
    for (let at: usize = 0; at < bytes; at += LINE) {
      memory.copy(to + at, line, min(LINE, bytes - at));
      line += yPanel;
    }
  }
}

/** Rows `begin` to `end` of a batch from panels to the place of their image in `kept`, `width` floats in whole lines. */
export function keep(
  y: usize, yPanel: usize, width: i32, kept: usize, indices: usize, begin: i32, end: i32,
): void {
  const bytes = keptBytes(width);
  for (let row = begin; row < end; row++) {
    let line = y + (<usize>row) * LINE;
    const to = kept + imageOf(indices, row) * bytes;
    for (let at: usize = 0; at < bytes; at += LINE) {
      memory.copy(to + at, line, LINE);
      line += yPanel;
    }
  }
}

/** The reverse of `keep`. */
export function recall(
  y: usize, yPanel: usize, width: i32, kept: usize, indices: usize, begin: i32, end: i32,
): void {
  const bytes = keptBytes(width);
  for (let row = begin; row < end; row++) {
    let line = y + (<usize>row) * LINE;
    const from = kept + imageOf(indices, row) * bytes;
    for (let at: usize = 0; at < bytes; at += LINE) {
      memory.copy(line, from + at, LINE);
      line += yPanel;
    }
  }
}

/** Bytes of the kept values of an image. */
function keptBytes(width: i32): usize {
  return ((<usize>width + 15) >> 4) * LINE;
}

function imageOf(indices: usize, row: i32): usize {
  return <usize>load<u32>(indices + ((<usize>row) << 2));
}

/**
 * Reads a word of every cache line of the images, so that all are on their way from memory before the first is
 * needed: they lie far apart, and the stores between them would hide all but a few from the processor's view.
 * The sum only keeps the reads from being optimized away: the first pixel overwrites it.
 */
function fetch(sink: usize, images: usize, size: i32, indices: usize, begin: i32, end: i32): void {
  let sum: u32 = 0;
  for (let row = begin; row < end; row++) {
    const image = images + <usize>load<u32>(indices + ((<usize>row) << 2)) * (<usize>size);
    const last = image + <usize>size;
    for (let at = image; at < last; at += LINE) sum += load<u8>(at);
  }
  store<u32>(sink + (<usize>begin) * LINE, sum);
}

// @ts-ignore: decorator
@inline
function store4(at: usize, pixels: v128, scaling: usize): void {
  const unit = f32x4.div(f32x4.convert_i32x4_s(pixels), f32x4.splat(255));
  v128.store(at, f32x4.div(f32x4.sub(unit, v128.load(scaling)), v128.load(scaling + LINE)));
}
