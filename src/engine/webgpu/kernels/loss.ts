/** Softmax of the logits, and its results: the loss and its gradient, or log-probabilities. A workgroup a row. */

import { type Kernel, struct } from '../wgsl.ts';
import { step } from './common.ts';

export const lossOp = struct('Op', { classes: 'u32', quads: 'u32', y: 'u32', dz: 'u32' });

const THREADS = 32;

/**
 * The largest logit of a row and the sum of the exponentials of the distances to it: `softmax(row, thread)`, of all threads.
 * If a logit is NaN, so is the sum.
 */
const softmax = `
const THREADS = ${THREADS}u;
var<workgroup> shelf: array<f32, THREADS>;

/** The sum or the maximum over all threads; each thread has it afterwards. */
fn together(own: f32, largest: bool, thread: u32) -> f32 {
  workgroupBarrier();
  shelf[thread] = own;
  workgroupBarrier();
  for (var half = THREADS / 2; half > 0; half /= 2) {
    if (thread < half) {
      let other = shelf[thread + half];
      if (largest) { shelf[thread] = max(shelf[thread], other); } else { shelf[thread] += other; }
    }
    workgroupBarrier();
  }
  return shelf[0];
}

struct Terms {
  top: f32,
  sum: f32,
}

fn logit(row: u32, j: u32) -> f32 {
  return act[op.y + row * op.quads + j / 4][j % 4];
}

fn softmax(row: u32, thread: u32) -> Terms {
  var top = logit(row, 0);
  for (var j = thread; j < op.classes; j += THREADS) { top = max(top, logit(row, j)); }
  top = together(top, true, thread);
  var sum = 0.0;
  for (var j = thread; j < op.classes; j += THREADS) { sum += exp(logit(row, j) - top); }
  return Terms(top, together(sum, false, thread));
}
`;

const main = `
@compute @workgroup_size(${THREADS})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) count: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let row = group.x + group.y * count.x;
  if (row < step.rows) { finish(row, thread, softmax(row, thread)); }
}
`;

/** Workgroups for each row. */
export function rowGroups(rows: number): readonly [number, number] {
  const across = Math.min(rows, 32_768);
  return [across, Math.ceil(rows / across)];
}

/** Each row's cross-entropy with its target, to `results`, and dz = (softmax - target) * share. */
export const lossKernel: Kernel = {
  name: 'loss',
  uses: { rows: 'read', targets: 'read', act: 'read_write', results: 'read_write' },
  code: `${step.wgsl}${lossOp.wgsl}${softmax}
fn targetOf(row: u32, label: u32, j: u32) -> f32 {
  if (step.soft == 1) { return targets[(step.first + row) * op.classes + j]; }
  return select(step.other, step.own, j == label);
}

fn finish(row: u32, thread: u32, terms: Terms) {
  let label = rows[step.first + row].y;
  let weight = bitcast<f32>(rows[step.first + row].z);
  let shift = log(terms.sum);
  var loss = 0.0;
  for (var quad = thread; quad < op.quads; quad += THREADS) {
    var dz = vec4f(0);
    let logits = act[op.y + row * op.quads + quad];
    for (var i = 0u; i < 4; i++) {
      let j = 4 * quad + i;
      if (j < op.classes) {
        let wanted = targetOf(row, label, j);
        let distance = logits[i] - terms.top;
        // 0 times infinity would be NaN.
        if (wanted != 0) { loss -= wanted * (distance - shift); }
        dz[i] = (exp(distance) / terms.sum - wanted) * (step.share * weight);
      }
    }
    act[op.dz + row * op.quads + quad] = dz;
  }
  loss = together(loss, false, thread);
  if (thread == 0) { results[step.first + row] = loss * weight; }
}
${main}`,
};

/** dz = onehot - softmax. */
export const logProbabilityGradientKernel: Kernel = {
  name: 'log-probability gradient',
  uses: { rows: 'read', act: 'read_write' },
  code: `${step.wgsl}${lossOp.wgsl}${softmax}
fn finish(row: u32, thread: u32, terms: Terms) {
  let label = rows[step.first + row].y;
  for (var quad = thread; quad < op.quads; quad += THREADS) {
    var dz = vec4f(0);
    let logits = act[op.y + row * op.quads + quad];
    for (var i = 0u; i < 4; i++) {
      let j = 4 * quad + i;
      if (j < op.classes) { dz[i] = select(0.0, 1.0, j == label) - exp(logits[i] - terms.top) / terms.sum; }
    }
    act[op.dz + row * op.quads + quad] = dz;
  }
}
${main}`,
};

/** Log-probabilities, to `results`. */
export const logSoftmaxKernel: Kernel = {
  name: 'log-softmax',
  uses: { act: 'read', results: 'read_write' },
  code: `${step.wgsl}${lossOp.wgsl}${softmax}
fn finish(row: u32, thread: u32, terms: Terms) {
  let shift = log(terms.sum);
  for (var j = thread; j < op.classes; j += THREADS) {
    results[(step.first + row) * op.classes + j] = logit(row, j) - terms.top - shift;
  }
}
${main}`,
};
