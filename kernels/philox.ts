// Philox 4x32-10 (Salmon et al. 2011) for four consecutive counters at once, and dropout by it. The plain
// statement of the same generator is src/core/philox.ts.

/** Low words of four 64-bit products. */
// @ts-ignore: decorator
@inline
function lowWords(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(low, high, 0, 2, 4, 6);
}

/** High words of four 64-bit products. */
// @ts-ignore: decorator
@inline
function highWords(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(low, high, 1, 3, 5, 7);
}

/**
 * Dropout on two lines of 16 values in place: element 4 i + w of a line is kept where word w of counter (first + i,
 * step, layer, 0) reaches the threshold, and is then scaled; a dropped one becomes 0. The second line is the next
 * row's, `words` counters on. Two at once, since each round waits for the one before.
 */
function dropoutLines(
  line: usize, first: u32, words: u32, step: u32, layer: u32, key0: u32, key1: u32, threshold: u32, scale: f32,
): void {
  const m0 = i32x4.splat(0xd2511f53), m1 = i32x4.splat(0xcd9e8d57);
  const w0 = i32x4.splat(0x9e3779b9), w1 = i32x4.splat(0xbb67ae85);
  let k0 = i32x4.splat(key0), k1 = i32x4.splat(key1);
  let x0 = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
  let x1 = i32x4.splat(step), x2 = i32x4.splat(layer), x3 = i32x4.splat(0);
  let y0 = i32x4.add(x0, i32x4.splat(words)), y1 = x1, y2 = x2, y3 = x3;
  for (let round = 0; round < 10; round++) {
    const p0 = v128.extmul_low<u32>(x0, m0), q0 = v128.extmul_high<u32>(x0, m0);
    const p2 = v128.extmul_low<u32>(x2, m1), q2 = v128.extmul_high<u32>(x2, m1);
    const r0 = v128.extmul_low<u32>(y0, m0), s0 = v128.extmul_high<u32>(y0, m0);
    const r2 = v128.extmul_low<u32>(y2, m1), s2 = v128.extmul_high<u32>(y2, m1);
    x0 = v128.xor(v128.xor(x1, k0), highWords(p2, q2));
    x1 = lowWords(p2, q2);
    x2 = v128.xor(v128.xor(x3, k1), highWords(p0, q0));
    x3 = lowWords(p0, q0);
    y0 = v128.xor(v128.xor(y1, k0), highWords(r2, s2));
    y1 = lowWords(r2, s2);
    y2 = v128.xor(v128.xor(y3, k1), highWords(r0, s0));
    y3 = lowWords(r0, s0);
    k0 = i32x4.add(k0, w0);
    k1 = i32x4.add(k1, w1);
  }
  keepLine(line, x0, x1, x2, x3, threshold, scale);
  keepLine(line + 64, y0, y1, y2, y3, threshold, scale);
}

/** dropoutLines on `rows` lines; the counters of the first line start at `first`; one line more may be touched. */
export function dropoutRows(
  line: usize, rows: i32, first: u32, words: u32, step: u32, layer: u32, key0: u32, key1: u32, threshold: u32,
  scale: f32,
): void {
  for (let row = 0; row < rows; row += 2) {
    const at = line + (<usize>row) * 64;
    dropoutLines(at, first + <u32>row * words, words, step, layer, key0, key1, threshold, scale);
  }
}

/** A vector holds one word of four counters; the line needs four words of one counter: a transpose. */
// @ts-ignore: decorator
@inline
function keepLine(line: usize, x0: v128, x1: v128, x2: v128, x3: v128, threshold: u32, scale: f32): void {
  const a = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5), b = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5);
  const c = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7), d = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7);
  const limit = i32x4.splat(threshold), factor = f32x4.splat(scale);
  keep(line, v128.shuffle<i64>(a, b, 0, 2), limit, factor);
  keep(line + 16, v128.shuffle<i64>(a, b, 1, 3), limit, factor);
  keep(line + 32, v128.shuffle<i64>(c, d, 0, 2), limit, factor);
  keep(line + 48, v128.shuffle<i64>(c, d, 1, 3), limit, factor);
}

// @ts-ignore: decorator
@inline
function keep(at: usize, words: v128, limit: v128, factor: v128): void {
  v128.store(at, v128.and(f32x4.mul(v128.load(at), factor), i32x4.ge_u(words, limit)));
}
