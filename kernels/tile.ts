// The one matrix kernel: a tile of 4 rows by 16 columns, c += A B over `count` steps.
//
// A step reads four scalars of A (one a row) and sixteen contiguous floats of B, and adds their products to
// the sixteen vectors of c. After every sixteen steps A goes on at the next panel, `jump` bytes further. Every element of c is one chain of separately rounded multiply and add in the
// order of the steps, so its bits depend on nothing else: not on tile shape, threads or vector width.
//
// Forward, input gradient and weight gradient are all this kernel over different streams; they differ only in
// how A's scalars lie: ROWS, four rows 64 bytes apart, a step of 4 bytes along them; or ADJACENT, four
// neighbours, a step of 64 bytes.

// Stand-ins for compile-time constants: generics in AssemblyScript take types, not numbers.
export type ROWS = i32;
export type ADJACENT = u32;

/** One strip of 4 vectors (16 floats). */
export const LINE: usize = 64;
/** Sixteen lines: the run after which A jumps. */
const PANEL: usize = 16 * LINE;

// Wide: 16 accumulators. For engines that pair 128-bit vectors into 256-bit registers; elsewhere it spills.
export function tileWide<A>(a: usize, jump: usize, b: usize, count: i32, c: usize): void {
  let c00 = v128.load(c, 0), c01 = v128.load(c, 16), c02 = v128.load(c, 32), c03 = v128.load(c, 48);
  let c10 = v128.load(c, 64), c11 = v128.load(c, 80), c12 = v128.load(c, 96), c13 = v128.load(c, 112);
  let c20 = v128.load(c, 128), c21 = v128.load(c, 144), c22 = v128.load(c, 160), c23 = v128.load(c, 176);
  let c30 = v128.load(c, 192), c31 = v128.load(c, 208), c32 = v128.load(c, 224), c33 = v128.load(c, 240);
  const end = b + (<usize>count) * LINE;
  let panel = a;
  while (b < end) {
   const stop = min(b + PANEL, end);
   do {
    const b0 = v128.load(b, 0), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
    let s = v128.load_splat<f32>(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(s, b0));
    c01 = f32x4.add(c01, f32x4.mul(s, b1));
    c02 = f32x4.add(c02, f32x4.mul(s, b2));
    c03 = f32x4.add(c03, f32x4.mul(s, b3));
    s = isSigned<A>() ? v128.load_splat<f32>(a, 64) : v128.load_splat<f32>(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(s, b0));
    c11 = f32x4.add(c11, f32x4.mul(s, b1));
    c12 = f32x4.add(c12, f32x4.mul(s, b2));
    c13 = f32x4.add(c13, f32x4.mul(s, b3));
    s = isSigned<A>() ? v128.load_splat<f32>(a, 128) : v128.load_splat<f32>(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(s, b0));
    c21 = f32x4.add(c21, f32x4.mul(s, b1));
    c22 = f32x4.add(c22, f32x4.mul(s, b2));
    c23 = f32x4.add(c23, f32x4.mul(s, b3));
    s = isSigned<A>() ? v128.load_splat<f32>(a, 192) : v128.load_splat<f32>(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(s, b0));
    c31 = f32x4.add(c31, f32x4.mul(s, b1));
    c32 = f32x4.add(c32, f32x4.mul(s, b2));
    c33 = f32x4.add(c33, f32x4.mul(s, b3));
    a += isSigned<A>() ? 4 : LINE;
    b += LINE;
   } while (b < stop);
   panel += jump;
   a = panel;
  }
  v128.store(c, c00, 0); v128.store(c, c01, 16); v128.store(c, c02, 32); v128.store(c, c03, 48);
  v128.store(c, c10, 64); v128.store(c, c11, 80); v128.store(c, c12, 96); v128.store(c, c13, 112);
  v128.store(c, c20, 128); v128.store(c, c21, 144); v128.store(c, c22, 160); v128.store(c, c23, 176);
  v128.store(c, c30, 192); v128.store(c, c31, 208); v128.store(c, c32, 224); v128.store(c, c33, 240);
}

// Narrow: the same tile as two halves of 8 columns, 8 accumulators each, which fit 128-bit registers.
export function tileNarrow<A>(a: usize, jump: usize, b: usize, count: i32, c: usize): void {
  half<A>(a, jump, b, count, c);
  half<A>(a, jump, b + 32, count, c + 32);
}

function half<A>(a: usize, jump: usize, b: usize, count: i32, c: usize): void {
  let c00 = v128.load(c, 0), c01 = v128.load(c, 16);
  let c10 = v128.load(c, 64), c11 = v128.load(c, 80);
  let c20 = v128.load(c, 128), c21 = v128.load(c, 144);
  let c30 = v128.load(c, 192), c31 = v128.load(c, 208);
  const end = b + (<usize>count) * LINE;
  let panel = a;
  while (b < end) {
   const stop = min(b + PANEL, end);
   do {
    const b0 = v128.load(b, 0), b1 = v128.load(b, 16);
    let s = v128.load_splat<f32>(a, 0);
    c00 = f32x4.add(c00, f32x4.mul(s, b0));
    c01 = f32x4.add(c01, f32x4.mul(s, b1));
    s = isSigned<A>() ? v128.load_splat<f32>(a, 64) : v128.load_splat<f32>(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(s, b0));
    c11 = f32x4.add(c11, f32x4.mul(s, b1));
    s = isSigned<A>() ? v128.load_splat<f32>(a, 128) : v128.load_splat<f32>(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(s, b0));
    c21 = f32x4.add(c21, f32x4.mul(s, b1));
    s = isSigned<A>() ? v128.load_splat<f32>(a, 192) : v128.load_splat<f32>(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(s, b0));
    c31 = f32x4.add(c31, f32x4.mul(s, b1));
    a += isSigned<A>() ? 4 : LINE;
    b += LINE;
   } while (b < stop);
   panel += jump;
   a = panel;
  }
  v128.store(c, c00, 0); v128.store(c, c01, 16);
  v128.store(c, c10, 64); v128.store(c, c11, 80);
  v128.store(c, c20, 128); v128.store(c, c21, 144);
  v128.store(c, c30, 192); v128.store(c, c31, 208);
}
