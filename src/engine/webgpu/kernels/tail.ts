/**
 * The last layers of a training step in one kernel: their forward pass, the loss, and the gradients back to the layer below
 * them. For small batches: a workgroup takes four rows through all of it, so that nothing waits for another dispatch.
 */

import { type Kernel, struct } from '../wgsl.ts';
import { dropout, step } from './common.ts';

/** Rows of a workgroup: the four of a vec4f. */
export const TAIL_ROWS = 4;
/** Quads of values that a row may have in all layers together, including the one below. */
export const TAIL_QUADS = 256;
/** Most classes: every thread that has one goes over all. */
export const TAIL_CLASSES = 64;
/** Threads that share a row of a weight in the backward pass. */
const LANES = 8;
/** Rows of a weight that a thread processes at a time in the backward pass. */
const PASSES = 4;

/** A layer of the tail; the first entry is the layer below, whose weights do not change. */
export const tailEntry = struct('Entry', {
  /** Outputs of the layer. */
  outputs: 'u32',
  weight: 'u32',
  bias: 'u32',
  y: 'u32',
  dz: 'u32',
  /** Where its values lie in the shelf. */
  place: 'u32',
  /** Whether ReLU follows. */
  relu: 'u32',
  /** The mask of its gradient: 0 none, 1 ReLU and dropout, 2 dropout. */
  mask: 'u32',
  layer: 'u32',
  threshold: 'u32',
  scale: 'f32',
});

export const TAIL_ENTRY_BYTES = 44;

export const tailOp = struct('Op', { entries: 'u32' });

/** Bytes of workgroup memory. */
export function tailBytes(threads: number): number {
  return 16 * (4 * TAIL_QUADS + 2 * threads);
}

const sum4 = (line: (j: number) => string) => [0, 1, 2, 3].map(line).join('\n');

/**
 * In the shelf a vector has one value of all four rows, and value 4 * quad + j of a layer of n quads lies at j * n + quad of
 * the layer's place.
 */
export function tailKernel(threads: number): Kernel {
  const groups = threads / LANES;
  return {
    name: `tail of ${threads} threads`,
    uses: {
      value: 'read',
      table: 'read',
      rows: 'read',
      targets: 'read',
      act: 'read_write',
      results: 'read_write',
    },
    code: `${step.wgsl}${tailOp.wgsl}${tailEntry.wgsl}${dropout}
const THREADS = ${threads}u;
const GROUPS = ${groups}u;
var<workgroup> shelf: array<vec4f, ${4 * TAIL_QUADS}>;
var<workgroup> scratch: array<vec4f, ${2 * threads}>;

fn quadsOf(values: u32) -> u32 { return (values + 3) / 4; }

/** Four values of one row, from their places in the shelf. */
fn valuesOf(place: u32, quads: u32, quad: u32, row: u32) -> vec4f {
  let at = place + quad;
  return vec4f(shelf[at][row], shelf[at + quads][row], shelf[at + 2 * quads][row], shelf[at + 3 * quads][row]);
}

/** The output of a layer for each of four rows, from act. */
fn take(entry: Entry, firstRow: u32, thread: u32) {
  let quads = quadsOf(entry.outputs);
  for (var quad = thread; quad < quads; quad += THREADS) {
    var values: array<vec4f, 4>;
    for (var row = 0u; row < 4; row++) {
      if (firstRow + row < step.rows) { values[row] = act[entry.y + (firstRow + row) * quads + quad]; }
    }
${sum4((j) => `    shelf[entry.place + ${j}u * quads + quad] = vec4f(values[0][${j}], values[1][${j}], values[2][${j}], values[3][${j}]);`)}
  }
}

/** A layer's values from those of the layer below. */
fn forward(below: Entry, entry: Entry, firstRow: u32, thread: u32) {
  let inputQuads = quadsOf(below.outputs);
  let quads = quadsOf(entry.outputs);
  let parts = THREADS / quads;
  let part = thread / quads;
  let quad = thread % quads;
${sum4((j) => `  var sum${j} = vec4f(0);`)}
  if (part < parts) {
    for (var inputQuad = part; inputQuad < inputQuads; inputQuad += parts) {
${sum4(
  (c) => `      { let x = shelf[below.place + ${c}u * inputQuads + inputQuad];
        let w = value[entry.weight + min(4 * inputQuad + ${c}u, below.outputs - 1) * quads + quad];
${sum4((j) => `        sum${j} = fma(vec4f(w[${j}]), x, sum${j});`)} }`,
)}
    }
  }
  // Parts are added by halves.
  for (var count = parts; count > 1; count = (count + 1) / 2) {
    let half = (count + 1) / 2;
    workgroupBarrier();
    if (part >= half && part < count) {
      let at = (part - half) * quads + quad;
${sum4((j) => `      scratch[${(j * threads) / 2}u + at] = sum${j};`)}
    }
    workgroupBarrier();
    if (part + half < count) {
      let at = part * quads + quad;
${sum4((j) => `      sum${j} += scratch[${(j * threads) / 2}u + at];`)}
    }
  }
  if (part == 0) {
    let bias = value[entry.bias + quad];
${sum4((j) => `    shelf[entry.place + ${j}u * quads + quad] = sum${j} + bias[${j}];`)}
  }
  workgroupBarrier();
  for (var item = thread; item < 4 * quads; item += THREADS) {
    let row = item / quads;
    let at = (firstRow + row) * quads + item % quads;
    var y = valuesOf(entry.place, quads, item % quads, row);
    if (entry.relu == 1) { y = select(y, vec4f(0), y < vec4f(0)); }
    if (entry.threshold > 0) { y = dropout(y, at, entry.layer, entry.threshold, entry.scale); }
    scratch[item] = y;
    if (firstRow + row < step.rows) { act[entry.y + at] = y; }
  }
  workgroupBarrier();
  if (thread < quads) {
${sum4((j) => `    shelf[entry.place + ${j}u * quads + thread] = vec4f(scratch[thread][${j}], scratch[quads + thread][${j}], scratch[2 * quads + thread][${j}], scratch[3 * quads + thread][${j}]);`)}
  }
  workgroupBarrier();
}

/** The target of a class for four rows; 0 for rows that do not exist. */
fn targetsOf(firstRow: u32, classes: u32, j: u32) -> vec4f {
  var wanted = vec4f(0);
  for (var row = 0u; row < 4; row++) {
    if (firstRow + row < step.rows) {
      let at = step.first + firstRow + row;
      if (step.soft == 1) { wanted[row] = targets[at * classes + j]; }
      else { wanted[row] = select(step.other, step.own, rows[at].y == j); }
    }
  }
  return wanted;
}

/** The weight of a row's loss. */
fn weightOf(row: u32) -> f32 {
  if (row >= step.rows) { return 0; }
  return bitcast<f32>(rows[step.first + row].z);
}

/** The last layer's values become its gradient; their losses go to results. */
fn loss(entry: Entry, firstRow: u32, thread: u32) {
  let classes = entry.outputs;
  let quads = quadsOf(classes);
  let at = entry.place + (thread % 4) * quads + thread / 4;
  var dz = vec4f(0);
  if (thread < classes) {
    var top = shelf[entry.place];
    for (var j = 1u; j < classes; j++) { top = max(top, shelf[entry.place + (j % 4) * quads + j / 4]); }
    var sum = vec4f(0);
    for (var j = 0u; j < classes; j++) { sum += exp(shelf[entry.place + (j % 4) * quads + j / 4] - top); }
    let distance = shelf[at] - top;
    let wanted = targetsOf(firstRow, classes, thread);
    scratch[thread] = select(wanted * (distance - log(sum)), vec4f(0), wanted == vec4f(0));
    // A row that does not exist has weight 0.
    let weights = vec4f(weightOf(firstRow), weightOf(firstRow + 1), weightOf(firstRow + 2), weightOf(firstRow + 3));
    dz = (exp(distance) / sum - wanted) * (step.share * weights);
  }
  workgroupBarrier();
  if (thread < classes) { shelf[at] = dz; }
  if (thread < 4 && firstRow + thread < step.rows) {
    var loss = 0.0;
    for (var j = 0u; j < classes; j++) { loss -= scratch[j][thread]; }
    results[step.first + firstRow + thread] = loss * weightOf(firstRow + thread);
  }
  workgroupBarrier();
}

/** Copies a layer's gradient from the shelf to act. */
fn give(entry: Entry, firstRow: u32, thread: u32) {
  let quads = quadsOf(entry.outputs);
  for (var item = thread; item < 4 * quads; item += THREADS) {
    let row = item / quads;
    let quad = item % quads;
    if (firstRow + row < step.rows) {
      act[entry.dz + (firstRow + row) * quads + quad] = valuesOf(entry.place, quads, quad, row);
    }
  }
}

/** The gradient of one value of four rows through what follows the layer's product. */
fn masked(entry: Entry, firstRow: u32, i: u32, at: u32, gradient: vec4f) -> vec4f {
  switch (entry.mask) {
    case 1u: { return select(vec4f(0), gradient * entry.scale, shelf[at] > vec4f(0)); }
    case 2u: {
      var kept = vec4f(0);
      for (var row = 0u; row < 4; row++) {
        let counter = (firstRow + row) * quadsOf(entry.outputs) + i / 4;
        kept[row] = dropout(vec4f(gradient[row]), counter, entry.layer, entry.threshold, entry.scale)[i % 4];
      }
      return kept;
    }
    default: { return gradient; }
  }
}

/** The gradient of the layer below from that of a layer. */
fn backward(below: Entry, entry: Entry, firstRow: u32, thread: u32) {
  let quads = quadsOf(entry.outputs);
  let belowQuads = quadsOf(below.outputs);
  let group = thread / ${LANES}u;
  let lane = thread % ${LANES}u;
  for (var first = 0u; first < below.outputs; first += ${PASSES * groups}u) {
${[...Array(PASSES).keys()].map((p) => `    let row${p} = entry.weight + min(first + ${p * groups}u + group, below.outputs - 1) * quads;\n    var sum${p} = vec4f(0);`).join('\n')}
    for (var quad = lane; quad < quads; quad += ${LANES}u) {
${sum4((j) => `      let dz${j} = shelf[entry.place + ${j}u * quads + quad];`)}
${[...Array(PASSES).keys()].map((p) => `      { let w = value[row${p} + quad]; sum${p} = fma(vec4f(w.x), dz0, fma(vec4f(w.y), dz1, fma(vec4f(w.z), dz2, fma(vec4f(w.w), dz3, sum${p})))); }`).join('\n')}
    }
    let slot = group * ${LANES / 2}u + lane % ${LANES / 2}u;
    if (lane >= ${LANES / 2}u) {
${[...Array(PASSES).keys()].map((p) => `      scratch[${(p * threads) / 2}u + slot] = sum${p};`).join('\n')}
    }
    workgroupBarrier();
    if (lane < ${LANES / 2}u) {
${[...Array(PASSES).keys()].map((p) => `      scratch[${(p * threads) / 2}u + slot] += sum${p};`).join('\n')}
    }
    workgroupBarrier();
    for (var item = thread; item < ${PASSES * groups}u; item += THREADS) {
      let i = first + item;
      if (i < below.outputs) {
        let at = item * ${LANES / 2}u;
        let gradient = scratch[at] + scratch[at + 1] + scratch[at + 2] + scratch[at + 3];
        let spot = below.place + (i % 4) * belowQuads + i / 4;
        shelf[spot] = masked(below, firstRow, i, spot, gradient);
      }
    }
    workgroupBarrier();
  }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) thread: u32) {
  let firstRow = ${TAIL_ROWS}u * id.x;
  take(table[0], firstRow, thread);
  workgroupBarrier();
  for (var i = 1u; i < op.entries; i++) { forward(table[i - 1], table[i], firstRow, thread); }
  loss(table[op.entries - 1], firstRow, thread);
  for (var i = op.entries - 1; i > 0; i--) {
    give(table[i], firstRow, thread);
    backward(table[i - 1], table[i], firstRow, thread);
  }
  give(table[0], firstRow, thread);
}
`,
  };
}
