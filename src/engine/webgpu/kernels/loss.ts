/** Softmax of the logits, and its results: the loss and its gradient, or log-probabilities. A workgroup a row. */

import { type Kernel, struct, type Uses } from '../wgsl.ts';
import { reducingKernel } from './reduce.ts';

export const lossOp = struct('Op', { classes: 'u32', quads: 'u32', y: 'u32', dz: 'u32' });

const THREADS = 32;

/**
 * A kernel that goes on with a row's softmax: `finish(row, thread, terms)`. The terms are the largest logit of the row and
 * the sum of the exponentials of the distances to it. If a logit is NaN, so is the sum.
 */
function ofSoftmax(name: string, uses: Uses, finish: string, subgroups: boolean): Kernel {
  return reducingKernel(
    {
      ...{ name, uses, op: lossOp.wgsl, reduction: { type: 'f32', threads: THREADS } },
      code: `
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
  top = maxAll(top, thread);
  var sum = 0.0;
  for (var j = thread; j < op.classes; j += THREADS) { sum += exp(logit(row, j) - top); }
  return Terms(top, sumAll(sum, thread));
}
${finish}`,
      main: `  let row = group.x + group.y * count.x;
  if (row < step.rows) { finish(row, thread, softmax(row, thread)); }`,
    },
    subgroups,
  );
}

/** Workgroups for each row. */
export function rowGroups(rows: number): readonly [number, number] {
  const across = Math.min(rows, 32_768);
  return [across, Math.ceil(rows / across)];
}

/** Each row's cross-entropy with its target, to `results`, and dz = (softmax - target) * share. */
export const lossKernel = (subgroups: boolean): Kernel =>
  ofSoftmax(
    'loss',
    { rows: 'read', targets: 'read', act: 'read_write', results: 'read_write' },
    `
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
  loss = sumAll(loss, thread);
  if (thread == 0) { results[step.first + row] = loss * weight; }
}
`,
    subgroups,
  );

/** dz = onehot - softmax. */
export const logProbabilityGradientKernel = (subgroups: boolean): Kernel =>
  ofSoftmax(
    'log-probability gradient',
    { rows: 'read', act: 'read_write' },
    `
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
`,
    subgroups,
  );

/** Log-probabilities, to `results`. */
export const logSoftmaxKernel = (subgroups: boolean): Kernel =>
  ofSoftmax(
    'log-softmax',
    { act: 'read', results: 'read_write' },
    `
fn finish(row: u32, thread: u32, terms: Terms) {
  let shift = log(terms.sum);
  for (var j = thread; j < op.classes; j += THREADS) {
    results[(step.first + row) * op.classes + j] = logit(row, j) - terms.top - shift;
  }
}
`,
    subgroups,
  );
