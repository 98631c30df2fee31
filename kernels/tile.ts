// The one matrix kernel: a tile of 4 rows by 16 columns, c += A B over `count` steps.
//
// A step reads four scalars of A (one a row) and sixteen contiguous floats of B, and adds their products to
// the sixteen vectors of c. After every sixteen steps A goes on at the next panel, `jump` bytes further. Every element of c is one chain of separately rounded multiply and add in the
// order of the steps, so its bits depend on nothing else: not on tile shape, threads or vector width.
//
// Forward, input gradient and weight gradient are all this kernel over different streams; they differ only in
// how A's scalars lie: ROWS, four rows 64 bytes apart, a step of 4 bytes along them; or ADJACENT, four
// neighbors, a step of 64 bytes.

import { LINE } from "./constants.generated";

// Stand-ins for compile-time constants: generics in AssemblyScript take types, not numbers.
export type ROWS = i32;
export type ADJACENT = u32;

/** Sixteen lines: the run after which A jumps. */
const RUN: usize = 16 * LINE;

/**
 * a b + c. Exact kernels round the product and the sum; fast ones (`--fast`) leave it to the machine whether the
 * product is rounded, which on most is one instruction, and another machine may give other bits.
 */
// @ts-ignore: decorator
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

// Wide: 16 accumulators. For engines that pair 128-bit vectors into 256-bit registers; elsewhere it spills.
export function tileWide<A>(a: usize, jump: usize, b: usize, count: i32, c: usize): void {
  let c00 = v128.load(c, 0), c01 = v128.load(c, 16), c02 = v128.load(c, 32), c03 = v128.load(c, 48);
  let c10 = v128.load(c, 64), c11 = v128.load(c, 80), c12 = v128.load(c, 96), c13 = v128.load(c, 112);
  let c20 = v128.load(c, 128), c21 = v128.load(c, 144), c22 = v128.load(c, 160), c23 = v128.load(c, 176);
  let c30 = v128.load(c, 192), c31 = v128.load(c, 208), c32 = v128.load(c, 224), c33 = v128.load(c, 240);
  const end = b + (<usize>count) * LINE;
  let panel = a;
  while (b < end) {
   const stop = min(b + RUN, end);
   do {
    const b0 = v128.load(b, 0), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
    let s = v128.load_splat<f32>(a, 0);
    c00 = multiplyAdd(s, b0, c00);
    c01 = multiplyAdd(s, b1, c01);
    c02 = multiplyAdd(s, b2, c02);
    c03 = multiplyAdd(s, b3, c03);
    s = isSigned<A>() ? v128.load_splat<f32>(a, 64) : v128.load_splat<f32>(a, 4);
    c10 = multiplyAdd(s, b0, c10);
    c11 = multiplyAdd(s, b1, c11);
    c12 = multiplyAdd(s, b2, c12);
    c13 = multiplyAdd(s, b3, c13);
    s = isSigned<A>() ? v128.load_splat<f32>(a, 128) : v128.load_splat<f32>(a, 8);
    c20 = multiplyAdd(s, b0, c20);
    c21 = multiplyAdd(s, b1, c21);
    c22 = multiplyAdd(s, b2, c22);
    c23 = multiplyAdd(s, b3, c23);
    s = isSigned<A>() ? v128.load_splat<f32>(a, 192) : v128.load_splat<f32>(a, 12);
    c30 = multiplyAdd(s, b0, c30);
    c31 = multiplyAdd(s, b1, c31);
    c32 = multiplyAdd(s, b2, c32);
    c33 = multiplyAdd(s, b3, c33);
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
   const stop = min(b + RUN, end);
   do {
    const b0 = v128.load(b, 0), b1 = v128.load(b, 16);
    let s = v128.load_splat<f32>(a, 0);
    c00 = multiplyAdd(s, b0, c00);
    c01 = multiplyAdd(s, b1, c01);
    s = isSigned<A>() ? v128.load_splat<f32>(a, 64) : v128.load_splat<f32>(a, 4);
    c10 = multiplyAdd(s, b0, c10);
    c11 = multiplyAdd(s, b1, c11);
    s = isSigned<A>() ? v128.load_splat<f32>(a, 128) : v128.load_splat<f32>(a, 8);
    c20 = multiplyAdd(s, b0, c20);
    c21 = multiplyAdd(s, b1, c21);
    s = isSigned<A>() ? v128.load_splat<f32>(a, 192) : v128.load_splat<f32>(a, 12);
    c30 = multiplyAdd(s, b0, c30);
    c31 = multiplyAdd(s, b1, c31);
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

let wide: bool = false;

/** Chooses the tile kernel: wide where the engine pairs vectors, narrow elsewhere. Bits are the same. */
export function useWideTiles(on: bool): void {
  wide = on;
}

// @ts-ignore: decorator
@inline
export function tile<A>(a: usize, jump: usize, b: usize, count: i32, c: usize): void {
  if (wide) tileWide<A>(a, jump, b, count, c);
  else tileNarrow<A>(a, jump, b, count, c);
}
