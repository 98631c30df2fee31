// Products that leave zeros out. What ReLU and dropout made 0, and pixels of the ground, add nothing to a sum: without such
// terms every sum is the same chain of additions and has the same bits, as long as the other factor is finite.
//
// A mask has a bit for each value that is not 0, in words of 64. Of a batch's rows a mask lists features
// ([row][word]), of a layer's outputs it lists rows ([output][word]).

import { LINE } from "./constants.generated";
import { multiplyAdd } from "./tile";

/** A bit for each of the 16 values of a line that is not 0. NaN is not 0. */
// @ts-ignore: decorator
@inline
function lineMask(line: usize): u32 {
  const zero = f32x4.splat(0);
  return <u32>i32x4.bitmask(f32x4.ne(v128.load(line, 0), zero))
    | <u32>i32x4.bitmask(f32x4.ne(v128.load(line, 16), zero)) << 4
    | <u32>i32x4.bitmask(f32x4.ne(v128.load(line, 32), zero)) << 8
    | <u32>i32x4.bitmask(f32x4.ne(v128.load(line, 48), zero)) << 12;
}

/**
 * masks[row][word] of x[panel][row][16], of `width` features.
 * @returns how many values are not 0
 */
export function maskRows(x: usize, xPanel: usize, width: i32, rows: i32, masks: usize): i32 {
  const panels = (width + 15) >> 4, words = (width + 63) >> 6;
  let count: i32 = 0;
  for (let row = 0; row < rows; row++) {
    let line = x + (<usize>row) * LINE;
    const mask = masks + (<usize>row) * (<usize>words) * 8;
    // The last word first: it may have fewer panels than bits.
    store<u64>(mask + ((<usize>words - 1) << 3), 0);
    for (let panel = 0; panel < panels; panel++) {
      const bits = lineMask(line);
      count += <i32>popcnt<u32>(bits);
      store<u16>(mask + ((<usize>panel) << 1), <u16>bits);
      line += xPanel;
    }
  }
  return count;
}

/**
 * masks[lane][word] of the 16 outputs of one panel [row][16].
 * @param masks 16 masks, and 32 bytes behind them that are written as well
 * @returns how many values are not 0
 */
export function maskLanes(panel: usize, rows: i32, masks: usize): i32 {
  const words = (rows + 63) >> 6;
  const stride = (<usize>words) << 3;
  const block = masks + (stride << 4);
  let count: i32 = 0;
  for (let first = 0; first < words << 6; first += 16) {
    for (let i = 0; i < 16; i++) {
      const row = first + i;
      const bits = row < rows ? lineMask(panel + (<usize>row) * LINE) : 0;
      count += <i32>popcnt<u32>(bits);
      store<u8>(block + <usize>i, <u8>bits);
      store<u8>(block + <usize>i, <u8>(bits >> 8), 16);
    }
    // The bits of 16 rows by 16 lanes, transposed: the top bits of 16 bytes at once.
    let low = v128.load(block), high = v128.load(block, 16);
    const at = masks + ((<usize>first) >> 3);
    for (let lane: usize = 8; lane-- > 0; ) {
      store<u16>(at + lane * stride, <u16>i8x16.bitmask(low));
      store<u16>(at + (lane + 8) * stride, <u16>i8x16.bitmask(high));
      low = i8x16.add(low, low);
      high = i8x16.add(high, high);
    }
  }
  return count;
}

/**
 * y += x W of one row, for three panels of outputs and the inputs of words `from` to `to` of the row's mask, ascending.
 * @param x the row's line in the first panel of inputs
 * @param weights the first panel of outputs; the next is `weightPanel` bytes further
 * @param y the row's line in the first panel of outputs
 */
export function rowBy3(
  x: usize, xPanel: usize, mask: usize, from: i32, to: i32, weights: usize, weightPanel: usize, y: usize, yPanel: usize,
): void {
  const y1 = y + yPanel, y2 = y1 + yPanel;
  let c0 = v128.load(y, 0), c1 = v128.load(y, 16), c2 = v128.load(y, 32), c3 = v128.load(y, 48);
  let c4 = v128.load(y1, 0), c5 = v128.load(y1, 16), c6 = v128.load(y1, 32), c7 = v128.load(y1, 48);
  let c8 = v128.load(y2, 0), c9 = v128.load(y2, 16), ca = v128.load(y2, 32), cb = v128.load(y2, 48);
  for (let word = from; word < to; word++) {
    let bits = load<u64>(mask + ((<usize>word) << 3));
    const first = <usize>word << 6;
    while (bits) {
      const input = first + <usize>ctz<u64>(bits);
      bits &= bits - 1;
      const s = v128.load_splat<f32>(x + (input >> 4) * xPanel + ((input & 15) << 2));
      const w = weights + input * LINE;
      const w1 = w + weightPanel, w2 = w1 + weightPanel;
      c0 = multiplyAdd(s, v128.load(w, 0), c0);
      c1 = multiplyAdd(s, v128.load(w, 16), c1);
      c2 = multiplyAdd(s, v128.load(w, 32), c2);
      c3 = multiplyAdd(s, v128.load(w, 48), c3);
      c4 = multiplyAdd(s, v128.load(w1, 0), c4);
      c5 = multiplyAdd(s, v128.load(w1, 16), c5);
      c6 = multiplyAdd(s, v128.load(w1, 32), c6);
      c7 = multiplyAdd(s, v128.load(w1, 48), c7);
      c8 = multiplyAdd(s, v128.load(w2, 0), c8);
      c9 = multiplyAdd(s, v128.load(w2, 16), c9);
      ca = multiplyAdd(s, v128.load(w2, 32), ca);
      cb = multiplyAdd(s, v128.load(w2, 48), cb);
    }
  }
  v128.store(y, c0, 0); v128.store(y, c1, 16); v128.store(y, c2, 32); v128.store(y, c3, 48);
  v128.store(y1, c4, 0); v128.store(y1, c5, 16); v128.store(y1, c6, 32); v128.store(y1, c7, 48);
  v128.store(y2, c8, 0); v128.store(y2, c9, 16); v128.store(y2, ca, 32); v128.store(y2, cb, 48);
}

/** The same for one panel of outputs. */
export function rowBy1(x: usize, xPanel: usize, mask: usize, from: i32, to: i32, weights: usize, y: usize): void {
  let c0 = v128.load(y, 0), c1 = v128.load(y, 16), c2 = v128.load(y, 32), c3 = v128.load(y, 48);
  for (let word = from; word < to; word++) {
    let bits = load<u64>(mask + ((<usize>word) << 3));
    const first = <usize>word << 6;
    while (bits) {
      const input = first + <usize>ctz<u64>(bits);
      bits &= bits - 1;
      const s = v128.load_splat<f32>(x + (input >> 4) * xPanel + ((input & 15) << 2));
      const w = weights + input * LINE;
      c0 = multiplyAdd(s, v128.load(w, 0), c0);
      c1 = multiplyAdd(s, v128.load(w, 16), c1);
      c2 = multiplyAdd(s, v128.load(w, 32), c2);
      c3 = multiplyAdd(s, v128.load(w, 48), c3);
    }
  }
  v128.store(y, c0, 0); v128.store(y, c1, 16); v128.store(y, c2, 32); v128.store(y, c3, 48);
}

/**
 * The gradient of one output's weights: the sum of dz x over the rows of its mask, ascending, for four panels of inputs.
 * @param x the first panel of inputs
 * @param dz the output's lane in the first line of its panel [row][16]
 * @param to its line in a block [lane][16]; the block of the next panel is 1,024 bytes further
 */
export function outputBy4(x: usize, xPanel: usize, dz: usize, mask: usize, words: i32, to: usize): void {
  let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
  let c8 = c0, c9 = c0, ca = c0, cb = c0, cc = c0, cd = c0, ce = c0, cf = c0;
  for (let word = 0; word < words; word++) {
    let bits = load<u64>(mask + ((<usize>word) << 3));
    const first = (<usize>word) << 12;
    while (bits) {
      const row = first + (<usize>ctz<u64>(bits) << 6);
      bits &= bits - 1;
      const s = v128.load_splat<f32>(dz + row);
      const x0 = x + row, x1 = x0 + xPanel, x2 = x1 + xPanel, x3 = x2 + xPanel;
      c0 = multiplyAdd(s, v128.load(x0, 0), c0);
      c1 = multiplyAdd(s, v128.load(x0, 16), c1);
      c2 = multiplyAdd(s, v128.load(x0, 32), c2);
      c3 = multiplyAdd(s, v128.load(x0, 48), c3);
      c4 = multiplyAdd(s, v128.load(x1, 0), c4);
      c5 = multiplyAdd(s, v128.load(x1, 16), c5);
      c6 = multiplyAdd(s, v128.load(x1, 32), c6);
      c7 = multiplyAdd(s, v128.load(x1, 48), c7);
      c8 = multiplyAdd(s, v128.load(x2, 0), c8);
      c9 = multiplyAdd(s, v128.load(x2, 16), c9);
      ca = multiplyAdd(s, v128.load(x2, 32), ca);
      cb = multiplyAdd(s, v128.load(x2, 48), cb);
      cc = multiplyAdd(s, v128.load(x3, 0), cc);
      cd = multiplyAdd(s, v128.load(x3, 16), cd);
      ce = multiplyAdd(s, v128.load(x3, 32), ce);
      cf = multiplyAdd(s, v128.load(x3, 48), cf);
    }
  }
  v128.store(to, c0, 0); v128.store(to, c1, 16); v128.store(to, c2, 32); v128.store(to, c3, 48);
  v128.store(to, c4, 1024); v128.store(to, c5, 1040); v128.store(to, c6, 1056); v128.store(to, c7, 1072);
  v128.store(to, c8, 2048); v128.store(to, c9, 2064); v128.store(to, ca, 2080); v128.store(to, cb, 2096);
  v128.store(to, cc, 3072); v128.store(to, cd, 3088); v128.store(to, ce, 3104); v128.store(to, cf, 3120);
}

/** The same for two panels of inputs: as much as 128-bit registers hold. */
export function outputBy2(x: usize, xPanel: usize, dz: usize, mask: usize, words: i32, to: usize): void {
  let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
  for (let word = 0; word < words; word++) {
    let bits = load<u64>(mask + ((<usize>word) << 3));
    const first = (<usize>word) << 12;
    while (bits) {
      const row = first + (<usize>ctz<u64>(bits) << 6);
      bits &= bits - 1;
      const s = v128.load_splat<f32>(dz + row);
      const x0 = x + row, x1 = x0 + xPanel;
      c0 = multiplyAdd(s, v128.load(x0, 0), c0);
      c1 = multiplyAdd(s, v128.load(x0, 16), c1);
      c2 = multiplyAdd(s, v128.load(x0, 32), c2);
      c3 = multiplyAdd(s, v128.load(x0, 48), c3);
      c4 = multiplyAdd(s, v128.load(x1, 0), c4);
      c5 = multiplyAdd(s, v128.load(x1, 16), c5);
      c6 = multiplyAdd(s, v128.load(x1, 32), c6);
      c7 = multiplyAdd(s, v128.load(x1, 48), c7);
    }
  }
  v128.store(to, c0, 0); v128.store(to, c1, 16); v128.store(to, c2, 32); v128.store(to, c3, 48);
  v128.store(to, c4, 1024); v128.store(to, c5, 1040); v128.store(to, c6, 1056); v128.store(to, c7, 1072);
}

/** The same for one panel of inputs. */
export function outputBy1(x: usize, dz: usize, mask: usize, words: i32, to: usize): void {
  let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0;
  for (let word = 0; word < words; word++) {
    let bits = load<u64>(mask + ((<usize>word) << 3));
    const first = (<usize>word) << 12;
    while (bits) {
      const row = first + (<usize>ctz<u64>(bits) << 6);
      bits &= bits - 1;
      const s = v128.load_splat<f32>(dz + row);
      const x0 = x + row;
      c0 = multiplyAdd(s, v128.load(x0, 0), c0);
      c1 = multiplyAdd(s, v128.load(x0, 16), c1);
      c2 = multiplyAdd(s, v128.load(x0, 32), c2);
      c3 = multiplyAdd(s, v128.load(x0, 48), c3);
    }
  }
  v128.store(to, c0, 0); v128.store(to, c1, 16); v128.store(to, c2, 32); v128.store(to, c3, 48);
}
