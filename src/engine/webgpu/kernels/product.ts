/**
 * The tile that all matrix products share. A workgroup makes a tile of the result of `height` rows and `width` columns;
 * its threads share out the tile and, in `parts`, the sum. Operands go through workgroup memory in strips of the sum; while
 * one strip is multiplied, the next is on its way to registers.
 */

import { lines } from '../wgsl.ts';

/** How a product is tiled. */
export interface Tile {
  readonly name: string;
  /** Rows and columns of the result that a workgroup makes. */
  readonly height: number;
  readonly width: number;
  /** Rows and columns, a multiple of 4, of one thread. */
  readonly rows: number;
  readonly columns: number;
  /** Terms of the sum that a part of the threads has in workgroup memory at a time; a multiple of 4. */
  readonly depth: number;
  /** Parts into which the threads share out a strip of the sum. */
  readonly parts: number;
}

/** From the largest to the smallest, each within the 16 KB of workgroup memory that every adapter has. */
export const tiles: readonly Tile[] = [
  { name: '128x128', height: 128, width: 128, rows: 8, columns: 8, depth: 16, parts: 1 },
  { name: '64x64', height: 64, width: 64, rows: 8, columns: 4, depth: 32, parts: 1 },
  { name: '32x32', height: 32, width: 32, rows: 4, columns: 4, depth: 16, parts: 4 },
  { name: '16x16', height: 16, width: 16, rows: 4, columns: 4, depth: 16, parts: 8 },
];

/**
 * For an adapter that is not a GPU: a processor has no use for workgroup memory, and waits slowly for a whole
 * workgroup. A thread has four rows and four columns.
 */
export const plainTile: Tile = {
  name: 'plain',
  height: 16,
  width: 64,
  rows: 4,
  columns: 4,
  depth: 4,
  parts: 1,
};

/** Tiles to be measured beside those. */
export const otherTiles: readonly Tile[] = [
  { name: '128x128d32', height: 128, width: 128, rows: 8, columns: 8, depth: 32, parts: 1 },
  { name: '128x128d8', height: 128, width: 128, rows: 8, columns: 8, depth: 8, parts: 1 },
  { name: '128x64', height: 128, width: 64, rows: 8, columns: 8, depth: 16, parts: 1 },
  { name: '64x128', height: 64, width: 128, rows: 8, columns: 8, depth: 16, parts: 1 },
  { name: '64x64x2', height: 64, width: 64, rows: 8, columns: 8, depth: 16, parts: 2 },
  { name: '32x32x8', height: 32, width: 32, rows: 4, columns: 4, depth: 16, parts: 8 },
  { name: '16x16x16', height: 16, width: 16, rows: 4, columns: 4, depth: 16, parts: 16 },
  { name: '16x32x8', height: 16, width: 32, rows: 4, columns: 4, depth: 16, parts: 8 },
  { name: '32x16x8', height: 32, width: 16, rows: 4, columns: 4, depth: 16, parts: 8 },
];

/** With fewer workgroups than this, a smaller tile is used. */
const ENOUGH_GROUPS = 200;

/** The largest tile with enough workgroups for a result of this size, else the smallest. */
export function tileFor(
  results: readonly { readonly rows: number; readonly columns: number }[],
  plain: boolean,
): Tile {
  if (plain) return plainTile;
  const groups = ({ height, width }: Tile) =>
    results.reduce(
      (sum, { rows, columns }) => sum + Math.ceil(rows / height) * Math.ceil(columns / width),
      0,
    );
  return tiles.find((tile) => groups(tile) >= ENOUGH_GROUPS) ?? tiles[tiles.length - 1];
}

/**
 * WGSL that ends a load of zeros where a condition holds that is only true of places beyond the operand. The plain tile
 * leaves out the condition where these places end up in sums that are thrown away: its terms are only those that exist,
 * and on a processor the branches took two thirds of a product's time.
 */
export function unlessOutside(tile: Tile, condition: string): string {
  return tile === plainTile ? '' : `if (${condition}) { return vec4f(0); }`;
}

/** Threads of a workgroup. */
export function threadsOf(tile: Tile): number {
  return (tile.height / tile.rows) * (tile.width / tile.columns) * tile.parts;
}

/**
 * Which way the operands lie. `A` has the rows of the result and `B` its columns: an operand lies `along` the sum where the
 * terms of one row or column are neighbors, and `across` it where those of one term are.
 */
export interface Form {
  readonly a: 'along' | 'across';
  readonly b: 'along' | 'across';
}

/**
 * WGSL of a product. The code that uses it declares
 * - `fn loadA(outer: u32, quad: u32) -> vec4f`: of A along the sum, terms 4 * quad and on of row `outer`; of A across the
 *   sum, rows 4 * quad and on of term `outer`; 0 beyond the operand,
 * - `fn loadB(outer: u32, quad: u32) -> vec4f` likewise (see `unlessOutside`), and
 * - `fn finish(row: u32, quad: u32, sum: vec4f)`, which is given each four sums of a row, beyond the result as well.
 *
 * It calls `multiply(firstRow, firstQuad, terms, thread)` from all threads. Afterwards, `keep(place, sum)` and `kept(place)`
 * reach workgroup memory for a vector of each thread.
 *
 * @param half whether terms are multiplied, and those of a strip added, in half precision; strips are added in full. The
 *   plain tile is always of full precision.
 */
export function product(tile: Tile, form: Form, half = false): string {
  if (tile === plainTile) return plainProduct(form);
  const memory = half ? halfMemory : fullMemory;
  const { height, width, rows, columns, depth, parts } = tile;
  const across = width / columns;
  const down = height / rows;
  const share = across * down;
  const threads = share * parts;
  const strip = depth * parts;
  const quads = strip / 4;
  const wide = width / 4;
  const tall = height / 4;
  const aSize = height * quads;
  const bSize = strip * wide;
  const perThread = columns / 4;
  const loadsA = aSize / threads;
  // B along the sum is turned in blocks of 4 x 4 on its way into workgroup memory.
  const turned = form.b === 'along';
  const blocks = wide * quads;
  const loadsB = turned ? 4 * Math.ceil(blocks / threads) : bSize / threads;
  const swizzle = quads >= 8 ? 'row & 7u' : quads >= 4 ? '(row >> 1u) & 3u' : '(row >> 2u) & 1u';
  // Where the terms of a strip are added.
  const partial = half ? 'partial' : 'sum';
  const each = (line: (i: number, j: number) => string) =>
    lines(rows, (i) => lines(perThread, (j) => line(i, j)));

  const fetchA = lines(loadsA, (i) =>
    form.a === 'along'
      ? `      a${i} = ${memory.vector}(loadA(firstRow + place${i} / ${quads}u, next / 4u + place${i} % ${quads}u));`
      : `      a${i} = ${memory.vector}(loadA(next + place${i} / ${tall}u, firstRow / 4u + place${i} % ${tall}u));`,
  );
  const storeA = lines(loadsA, (i) =>
    form.a === 'along'
      ? `    { let row = place${i} / ${quads}u; ${memory.put(`row * ${quads}u + ((place${i} % ${quads}u) ^ (${swizzle}))`, `a${i}`)} }`
      : `    ${memory.put(`place${i}`, `a${i}`)}`,
  );
  const fetchB = turned
    ? `      if (thread < ${blocks}u) {
${lines(4, (c) => `        b${c} = ${memory.vector}(loadB(4u * (firstQuad + thread / ${quads}u) + ${c}u, next / 4u + thread % ${quads}u));`)}
      }`
    : lines(
        loadsB,
        (i) =>
          `      b${i} = ${memory.vector}(loadB(next + (thread + ${i * threads}u) / ${wide}u, firstQuad + (thread + ${i * threads}u) % ${wide}u));`,
      );
  const storeB = turned
    ? `    if (thread < ${blocks}u) {
      let at = ${aSize}u + 4u * (thread % ${quads}u) * ${wide}u + thread / ${quads}u;
${lines(4, (c) => `      ${memory.put(`at + ${c * wide}u`, `${memory.vector}(b0[${c}], b1[${c}], b2[${c}], b3[${c}])`)}`)}
    }`
    : lines(loadsB, (i) => `    ${memory.put(`${aSize}u + thread + ${i * threads}u`, `b${i}`)}`);

  const multiplyAlong = `      let quad = part * ${depth / 4}u + k;
${lines(4, (c) => lines(perThread, (j) => `      let b${c}_${j} = ${memory.take(`${aSize}u + (4u * quad + ${c}u) * ${wide}u + column + ${j * across}u`)};`))}
${lines(
  rows,
  (i) => `      { let row = line + ${i * down}u;
        let a = ${memory.take(`row * ${quads}u + (quad ^ (${swizzle}))`)};
${lines(perThread, (j) => `        ${partial}${i}_${j} = fma(${memory.vector}(a.x), b0_${j}, fma(${memory.vector}(a.y), b1_${j}, fma(${memory.vector}(a.z), b2_${j}, fma(${memory.vector}(a.w), b3_${j}, ${partial}${i}_${j}))));`)} }`,
)}`;
  // Rows of a thread then lie four together, as they do in workgroup memory.
  const multiplyAcross = `      let term = part * ${depth}u + k;
${lines(perThread, (j) => `      let b_${j} = ${memory.take(`${aSize}u + term * ${wide}u + column + ${j * across}u`)};`)}
${lines(rows / 4, (q) => `      let a_${q} = ${memory.take(`term * ${tall}u + line + ${q * down}u`)};`)}
${each((i, j) => `      ${partial}${i}_${j} = fma(${memory.vector}(a_${Math.floor(i / 4)}[${i % 4}]), b_${j}, ${partial}${i}_${j});`)}`;
  const steps = form.a === 'along' ? depth / 4 : depth;
  const rowOf = (i: number) =>
    form.a === 'along' ? `line + ${i * down}u` : `4u * (line + ${Math.floor(i / 4) * down}u) + ${i % 4}u`;

  const finishAlone = each(
    (i, j) => `  finish(firstRow + ${rowOf(i)}, firstQuad + column + ${j * across}u, sum${i}_${j});`,
  );
  const outputs = height * wide;
  const finishTogether = `  workgroupBarrier();
${each((i, j) => `  keep(part * ${outputs}u + (${rowOf(i)}) * ${wide}u + column + ${j * across}u, sum${i}_${j});`)}
  workgroupBarrier();
  for (var place = thread; place < ${outputs}u; place += ${threads}u) {
    var sum = kept(place);
${lines(parts - 1, (p) => `    sum += kept(place + ${(p + 1) * outputs}u);`)}
    finish(firstRow + place / ${wide}u, firstQuad + place % ${wide}u, sum);
  }`;
  // The biases' sums, a vector of each thread, need the least.
  const sums = Math.max(threads, parts > 1 ? parts * outputs : 0);
  const shelf = Math.max(aSize + bSize, sums * memory.perSum);

  return `
const THREADS = ${threads};
/** The strips of A and B in progress; then the parts' sums. */
var<workgroup> shelf: array<${memory.element}, ${shelf}>;
${memory.sums}
fn multiply(firstRow: u32, firstQuad: u32, terms: u32, thread: u32) {
  let part = thread / ${share}u;
  let line = (thread % ${share}u) / ${across}u;
  let column = thread % ${across}u;
${lines(loadsA, (i) => `  let place${i} = thread + ${i * threads}u;\n  var a${i} = ${memory.vector}(0);`)}
${lines(loadsB, (i) => `  var b${i} = ${memory.vector}(0);`)}
${each((i, j) => `  var sum${i}_${j} = vec4f(0);`)}
  var next = 0u;
  {
${fetchA}
${fetchB}
  }
  while (next < terms) {
    workgroupBarrier();
${storeA}
${storeB}
    workgroupBarrier();
    next += ${strip}u;
    if (next < terms) {
${fetchA}
${fetchB}
    }
${half ? each((i, j) => `    var ${partial}${i}_${j} = vec4h(0);`) : ''}
    for (var k = 0u; k < ${steps}u; k++) {
${form.a === 'along' ? multiplyAlong : multiplyAcross}
    }
${half ? each((i, j) => `    sum${i}_${j} += vec4f(${partial}${i}_${j});`) : ''}
  }
${parts > 1 ? finishTogether : finishAlone}
}
`;
}

/** What lies in workgroup memory: vectors of the operands, and afterwards sums. */
interface Memory {
  /** The type of an operand's four values. */
  readonly vector: 'vec4f' | 'vec4h';
  readonly element: 'vec4f' | 'vec2u';
  /** Elements that a sum takes. */
  readonly perSum: number;
  put(place: string, vector: string): string;
  take(place: string): string;
  /** `keep` and `kept`. */
  readonly sums: string;
}

const fullMemory: Memory = {
  vector: 'vec4f',
  element: 'vec4f',
  perSum: 1,
  put: (place, vector) => `shelf[${place}] = ${vector};`,
  take: (place) => `shelf[${place}]`,
  sums: `
fn keep(place: u32, sum: vec4f) { shelf[place] = sum; }
fn kept(place: u32) -> vec4f { return shelf[place]; }
`,
};

/** Eight bytes an element, so that operands of half precision and sums of full precision share the memory. */
const halfMemory: Memory = {
  vector: 'vec4h',
  element: 'vec2u',
  perSum: 2,
  put: (place, vector) => `shelf[${place}] = bitcast<vec2u>(${vector});`,
  take: (place) => `bitcast<vec4h>(shelf[${place}])`,
  sums: `
fn keep(place: u32, sum: vec4f) {
  shelf[2 * place] = bitcast<vec2u>(sum.xy);
  shelf[2 * place + 1] = bitcast<vec2u>(sum.zw);
}
fn kept(place: u32) -> vec4f {
  return vec4f(bitcast<vec2f>(shelf[2 * place]), bitcast<vec2f>(shelf[2 * place + 1]));
}
`,
};

/** The same function, with operands read directly from their buffers. */
function plainProduct(form: Form): string {
  const { width, columns } = plainTile;
  const threads = threadsOf(plainTile);
  const across = width / columns;
  const four = (line: (i: number) => string) => lines(4, line);
  const along = `  for (var quad = 0u; 4 * quad < terms; quad++) {
${four((i) => `    let a${i} = loadA(row + ${i}u, quad);`)}
${four((c) => (form.b === 'across' ? `    let b${c} = loadB(4u * quad + ${c}u, column);` : `    let b${c} = loadB(4u * column + ${c}u, quad);`))}
${four((i) =>
  form.b === 'across'
    ? `    sum${i} += a${i}.x * b0 + a${i}.y * b1 + a${i}.z * b2 + a${i}.w * b3;`
    : `    sum${i} += vec4f(dot(a${i}, b0), dot(a${i}, b1), dot(a${i}, b2), dot(a${i}, b3));`,
)}
  }`;
  const acrossTerms = `  for (var term = 0u; term < terms; term++) {
    let a = loadA(term, row / 4u);
    let b = loadB(term, column);
${four((i) => `    sum${i} += a[${i}] * b;`)}
  }`;
  return `
const THREADS = ${threads};
var<workgroup> shelf: array<vec4f, ${threads}>;
${fullMemory.sums}
fn multiply(firstRow: u32, firstQuad: u32, terms: u32, thread: u32) {
  let row = firstRow + 4u * (thread / ${across}u);
  let column = firstQuad + thread % ${across}u;
${four((i) => `  var sum${i} = vec4f(0);`)}
${form.a === 'along' ? along : acrossTerms}
${four((i) => `  finish(row + ${i}u, column, sum${i});`)}
}
`;
}
