// The pixels of an augmented and mixed image, in integers. src/engine/reference/augment.ts states the same plainly.

import {
  GRID, WORD_BOTTOM, WORD_CELL_HEIGHT, WORD_CELL_WIDTH, WORD_LEFT, WORD_POINTS, WORD_RIGHT, WORD_TOP, WORD_U,
  WORD_U_BY_X, WORD_U_BY_Y, WORD_V, WORD_V_BY_X, WORD_V_BY_Y,
} from "./constants.generated";

/** The word of a record, see WORD in src/data/augment.ts. */
// @ts-ignore: decorator
@inline
function word(record: usize, index: usize): i32 {
  return load<i32>(record + (index << 2));
}

/**
 * Writes to `target` what `record` makes of the image of height * width bytes at `source`. A byte after the source is
 * read, and three bytes after the target are overwritten.
 */
export function augment(source: usize, record: usize, height: i32, width: i32, target: usize): void {
  const a = word(record, WORD_U_BY_X), b = word(record, WORD_U_BY_Y);
  const c = word(record, WORD_V_BY_X), d = word(record, WORD_V_BY_Y);
  let u = word(record, WORD_U), v = word(record, WORD_V);
  const cellWidth = word(record, WORD_CELL_WIDTH);
  // Whole pixels upright: a copy, mirrored or not.
  const whole = !cellWidth && (a == 65536 || a == -65536) && b == 0 && c == 0 && d == 65536 && !((u | v) & 0xffff);
  for (let y = 0; y < height; y++) {
    const line = target + <usize>(y * width);
    if (whole) copyRow(source, u >> 16, v >> 16, a > 0 ? 1 : -1, height, width, line);
    else if (cellWidth) pullRow(source, u, v, a, c, record, y, height, width, line);
    else turnRow(source, u, v, a, c, height, width, line, width);
    u += b;
    v += d;
  }
  const left = word(record, WORD_LEFT), right = word(record, WORD_RIGHT), bottom = word(record, WORD_BOTTOM);
  for (let y = word(record, WORD_TOP); y < bottom; y++) memory.fill(target + <usize>(y * width + left), 0, <usize>(right - left));
}

function copyRow(source: usize, x: i32, y: i32, direction: i32, height: i32, width: i32, line: usize): void {
  const row = source + <usize>(y * width);
  const inside = <u32>y < <u32>height;
  for (let i = 0; i < width; i++) {
    store<u8>(line + <usize>i, inside && <u32>x < <u32>width ? load<u8>(row + <usize>x) : 0);
    x += direction;
  }
}

/** A row under an elastic grid: within a cell, what the grid adds grows evenly. */
function pullRow(
  source: usize, u: i32, v: i32, stepU: i32, stepV: i32, record: usize, y: i32, height: i32, width: i32, line: usize,
): void {
  const cellWidth = word(record, WORD_CELL_WIDTH), cellHeight = word(record, WORD_CELL_HEIGHT);
  const row = y / cellHeight, down = y - row * cellHeight;
  let point: usize = WORD_POINTS + 2 * <usize>row * GRID;
  let leftU = pulled(record, point, cellHeight, down), leftV = pulled(record, point + 1, cellHeight, down);
  for (let x = 0; x < width; x += cellWidth) {
    point += 2;
    const rightU = pulled(record, point, cellHeight, down), rightV = pulled(record, point + 1, cellHeight, down);
    turnRow(
      source, u + leftU, v + leftV, stepU + (rightU - leftU) / cellWidth, stepV + (rightV - leftV) / cellWidth,
      height, width, line + <usize>x, min(cellWidth, width - x),
    );
    u += stepU * cellWidth;
    v += stepV * cellWidth;
    leftU = rightU;
    leftV = rightV;
  }
}

/** A word of a grid point, `down` rows below it. */
// @ts-ignore: decorator
@inline
function pulled(record: usize, point: usize, cellHeight: i32, down: i32): i32 {
  const upper = word(record, point);
  return upper + (word(record, point + 2 * GRID) - upper) / cellHeight * down;
}

/**
 * `count` pixels of a row of the target, from (u, v) on by (stepU, stepV) a pixel: four pixels at a time, the last of which may lie
 * after the row. There are no branches for the source of a pixel: neighbors outside are read at the source's nearest
 * pixel and have weight 0.
 */
function turnRow(source: usize, u: i32, v: i32, stepU: i32, stepV: i32, height: i32, width: i32, line: usize, count: i32): void {
  const lanes = i32x4(0, 1, 2, 3), one = i32x4.splat(1), unit = i32x4.splat(256), byte = i32x4.splat(255);
  const zero = i32x4.splat(0), lastX = i32x4.splat(width - 1), lastY = i32x4.splat(height - 1);
  const wide = i32x4.splat(width);
  const nextU = i32x4.splat(stepU << 2), nextV = i32x4.splat(stepV << 2);
  let us = i32x4.add(i32x4.splat(u), i32x4.mul(lanes, i32x4.splat(stepU)));
  let vs = i32x4.add(i32x4.splat(v), i32x4.mul(lanes, i32x4.splat(stepV)));
  for (let i = 0; i < count; i += 4) {
    const x = i32x4.shr_s(us, 16), y = i32x4.shr_s(vs, 16), below = i32x4.add(y, one);
    const column = clamp(x, zero, lastX), upperRow = clamp(y, zero, lastY), lowerRow = clamp(below, zero, lastY);
    // Left of the source, the pair that is read starts with the right neighbor.
    const fx = v128.and(i32x4.shr_u(us, 8), byte), fy = v128.and(i32x4.shr_u(vs, 8), byte);
    const isIn = i32x4.eq(x, column), before = i32x4.eq(x, i32x4.splat(-1));
    const first = v128.or(v128.and(isIn, i32x4.sub(unit, fx)), v128.and(before, fx));
    const second = v128.and(v128.and(isIn, i32x4.lt_s(x, lastX)), fx);
    const weights = v128.or(first, i32x4.shl(second, 16));
    const pairs = readPairs(
      source, i32x4.add(i32x4.mul(upperRow, wide), column), i32x4.add(i32x4.mul(lowerRow, wide), column),
    );
    const upper = i32x4.mul(
      i32x4.dot_i16x8_s(v128.extend_low<u8>(pairs), weights), v128.and(i32x4.eq(y, upperRow), i32x4.sub(unit, fy)),
    );
    const lower = i32x4.mul(
      i32x4.dot_i16x8_s(v128.extend_high<u8>(pairs), weights), v128.and(i32x4.eq(below, lowerRow), fy),
    );
    const rounded = i32x4.shr_u(i32x4.add(i32x4.add(upper, lower), i32x4.splat(32768)), 16);
    const words = i16x8.narrow_i32x4_s(rounded, rounded);
    v128.store_lane<u32>(line + <usize>i, i8x16.narrow_i16x8_u(words, words), 0);
    us = i32x4.add(us, nextU);
    vs = i32x4.add(vs, nextV);
  }
}

// @ts-ignore: decorator
@inline
function clamp(value: v128, least: v128, most: v128): v128 {
  return i32x4.min_s(i32x4.max_s(value, least), most);
}

/** The pixels at four offsets and at four more, each with its right neighbor. */
// @ts-ignore: decorator
@inline
function readPairs(source: usize, upper: v128, lower: v128): v128 {
  let pairs = i32x4.splat(0);
  pairs = v128.load_lane<u16>(source + <usize>i32x4.extract_lane(upper, 0), pairs, 0);
  pairs = v128.load_lane<u16>(source + <usize>i32x4.extract_lane(upper, 1), pairs, 1);
  pairs = v128.load_lane<u16>(source + <usize>i32x4.extract_lane(upper, 2), pairs, 2);
  pairs = v128.load_lane<u16>(source + <usize>i32x4.extract_lane(upper, 3), pairs, 3);
  pairs = v128.load_lane<u16>(source + <usize>i32x4.extract_lane(lower, 0), pairs, 4);
  pairs = v128.load_lane<u16>(source + <usize>i32x4.extract_lane(lower, 1), pairs, 5);
  pairs = v128.load_lane<u16>(source + <usize>i32x4.extract_lane(lower, 2), pairs, 6);
  return v128.load_lane<u16>(source + <usize>i32x4.extract_lane(lower, 3), pairs, 7);
}

/**
 * Mixes the image at `partner` into the one at `image`, both `width` wide: in the rectangle, ends left out, a pixel becomes
 * `weight` 256ths of its own and the rest of the partner's.
 */
export function mix(
  image: usize, partner: usize, width: i32, left: i32, top: i32, right: i32, bottom: i32, weight: i32,
): void {
  for (let y = top; y < bottom; y++) {
    const from = <usize>(y * width + left);
    if (weight) blendRow(image + from, partner + from, right - left, weight);
    else memory.copy(image + from, partner + from, <usize>(right - left));
  }
}

/** Eight pixels at a time in 16 bits, which hold 255 * 256 + 128, and then the rest. */
function blendRow(image: usize, partner: usize, count: i32, weight: i32): void {
  const own = i16x8.splat(<i16>weight), other = i16x8.splat(<i16>(256 - weight)), half = i16x8.splat(128);
  let i = 0;
  for (; i + 8 <= count; i += 8) {
    const mine = i16x8.mul(v128.load_ext<u8>(image + <usize>i), own);
    const theirs = i16x8.mul(v128.load_ext<u8>(partner + <usize>i), other);
    const mixed = i16x8.shr_u(i16x8.add(i16x8.add(mine, theirs), half), 8);
    v128.store_lane<u64>(image + <usize>i, i8x16.narrow_i16x8_u(mixed, mixed), 0);
  }
  for (; i < count; i++) {
    const mine = <i32>load<u8>(image + <usize>i), theirs = <i32>load<u8>(partner + <usize>i);
    store<u8>(image + <usize>i, (mine * weight + theirs * (256 - weight) + 128) >> 8);
  }
}
