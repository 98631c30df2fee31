// Products that skip zeros. Values that ReLU and dropout made 0, and background pixels of 0, add nothing to a sum:
// without such terms every sum is the same chain of additions and has the same bits, as long as the other factor is
// finite.
//
// A list has an entry for each value that is not 0, 8 bytes: the byte offset of the line that the value is multiplied by, and the
// value. The lists of a product lie in the order in which it reads them; the addresses of their first entries are in an index, so that
// a list ends where the next begins. Masks, with a bit for each value that is not 0, are made before the lists.

import { LINE, LIST_INPUTS } from "./constants.generated";
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
 * masks[lane] of the 16 lanes of a panel [row][16], of up to 64 rows.
 * @param masks 16 masks, and 32 bytes after them that are also written
 */
function maskLanes(panel: usize, rows: i32, masks: usize): void {
  const block = masks + 128;
  for (let first = 0; first < 64; first += 16) {
    for (let i = 0; i < 16; i++) {
      const row = first + i;
      const bits = row < rows ? lineMask(panel + (<usize>row) * LINE) : 0;
      store<u8>(block + <usize>i, <u8>bits);
      store<u8>(block + <usize>i, <u8>(bits >> 8), 16);
    }
    // The bits of 16 rows by 16 lanes, transposed: the top bits of 16 bytes at once.
    let low = v128.load(block), high = v128.load(block, 16);
    const at = masks + ((<usize>first) >> 3);
    for (let lane: usize = 8; lane-- > 0; ) {
      store<u16>(at + (lane << 3), <u16>i8x16.bitmask(low));
      store<u16>(at + ((lane + 8) << 3), <u16>i8x16.bitmask(high));
      low = i8x16.add(low, low);
      high = i8x16.add(high, high);
    }
  }
}

/**
 * Lists of the rows of a panel [row][16], for each lane in each 64 rows.
 * @param masks 160 bytes of this thread's own
 * @param index [64 rows][lane], and one address more
 * @param entry where the first entry goes
 * @returns where the entries end
 */
export function listLanes(panel: usize, rows: i32, masks: usize, index: usize, entry: usize): usize {
  for (let first = 0; first < rows; first += 64) {
    const lines = panel + (<usize>first) * LINE, offset = (<usize>first) << 6;
    maskLanes(lines, min(64, rows - first), masks);
    for (let lane: usize = 0; lane < 16; lane++) {
      store<u32>(index, <u32>entry);
      index += 4;
      const values = lines + (lane << 2);
      let bits = load<u64>(masks + (lane << 3));
      while (bits) {
        const row = <usize>ctz<u64>(bits) << 6;
        bits &= bits - 1;
        store<u32>(entry, <u32>(offset + row));
        store<u32>(entry, load<u32>(values + row), 4);
        entry += 8;
      }
    }
  }
  store<u32>(index, <u32>entry);
  return entry;
}

/**
 * Lists of the inputs of x[panel][row][16], for each row in each block of 128 inputs.
 * @param masks of `maskRows`, of x
 * @param lists the index, [block][row] and one address more, with the entries after it
 */
export function listRows(x: usize, xPanel: usize, masks: usize, width: i32, rows: i32, lists: usize): void {
  const words = (width + 63) >> 6;
  const stride = (<usize>words) << 3;
  let entry = firstEntry(lists, width, rows);
  for (let word = 0; word < words; word += LIST_WORDS) {
    const last = min(words, word + LIST_WORDS);
    for (let row = 0; row < rows; row++) {
      store<u32>(lists, <u32>entry);
      lists += 4;
      for (let w = word; w < last; w++) {
        let bits = load<u64>(masks + (<usize>row) * stride + ((<usize>w) << 3));
        const values = x + ((<usize>w) << 2) * xPanel + (<usize>row) * LINE, first = (<usize>w) << 6;
        while (bits) {
          const i = <usize>ctz<u64>(bits);
          bits &= bits - 1;
          store<u32>(entry, <u32>((first + i) << 6));
          store<u32>(entry, load<u32>(values + (i >> 4) * xPanel + ((i & 15) << 2)), 4);
          entry += 8;
        }
      }
    }
  }
  store<u32>(lists, <u32>entry);
}

/** Words of a mask of one list. */
const LIST_WORDS: i32 = LIST_INPUTS >> 6;

/** Where the entries begin, after the addresses. */
function firstEntry(lists: usize, width: i32, rows: i32): usize {
  const blocks = (width + LIST_INPUTS - 1) / LIST_INPUTS;
  return (lists + (((<usize>blocks) * (<usize>rows) + 1) << 2) + 7) & ~7;
}

/**
 * Adds value times line over the entries of a list, in their order, to the sums of three panels of 16 features: a row of y = x W from the
 * lists of its inputs, or the gradient of one output's or one input's weights from the lists of its rows.
 * @param list where the address of its first entry is; the next is its end
 * @param lines the first panel; the next is `linePanel` bytes further
 * @param to a line of sums in the first panel; the next panel's is `toPanel` bytes further
 */
export function sumBy3(list: usize, lines: usize, linePanel: usize, to: usize, toPanel: usize): void {
  const to1 = to + toPanel, to2 = to1 + toPanel;
  const lines1 = lines + linePanel, lines2 = lines1 + linePanel;
  let c0 = v128.load(to, 0), c1 = v128.load(to, 16), c2 = v128.load(to, 32), c3 = v128.load(to, 48);
  let c4 = v128.load(to1, 0), c5 = v128.load(to1, 16), c6 = v128.load(to1, 32), c7 = v128.load(to1, 48);
  let c8 = v128.load(to2, 0), c9 = v128.load(to2, 16), ca = v128.load(to2, 32), cb = v128.load(to2, 48);
  let entry = <usize>load<u32>(list);
  const end = <usize>load<u32>(list, 4);
  while (entry < end) {
    const offset = load<u32>(entry);
    const s = v128.load_splat<f32>(entry, 4);
    entry += 8;
    const x0 = lines + offset, x1 = lines1 + offset, x2 = lines2 + offset;
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
  }
  v128.store(to, c0, 0); v128.store(to, c1, 16); v128.store(to, c2, 32); v128.store(to, c3, 48);
  v128.store(to1, c4, 0); v128.store(to1, c5, 16); v128.store(to1, c6, 32); v128.store(to1, c7, 48);
  v128.store(to2, c8, 0); v128.store(to2, c9, 16); v128.store(to2, ca, 32); v128.store(to2, cb, 48);
}

/** The same for one panel. */
export function sumBy1(list: usize, lines: usize, to: usize): void {
  let c0 = v128.load(to, 0), c1 = v128.load(to, 16), c2 = v128.load(to, 32), c3 = v128.load(to, 48);
  let entry = <usize>load<u32>(list);
  const end = <usize>load<u32>(list, 4);
  while (entry < end) {
    const x0 = lines + load<u32>(entry);
    const s = v128.load_splat<f32>(entry, 4);
    entry += 8;
    c0 = multiplyAdd(s, v128.load(x0, 0), c0);
    c1 = multiplyAdd(s, v128.load(x0, 16), c1);
    c2 = multiplyAdd(s, v128.load(x0, 32), c2);
    c3 = multiplyAdd(s, v128.load(x0, 48), c3);
  }
  v128.store(to, c0, 0); v128.store(to, c1, 16); v128.store(to, c2, 32); v128.store(to, c3, 48);
}
