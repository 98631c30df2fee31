/** Elementwise kernels: activations backward, optimizer steps from kept gradients, averages, the gradient's norm. */

import { type Kernel, struct, type Uses } from '../wgsl.ts';
import { activations, dropout, optimize, step } from './common.ts';
import { NONE } from './forward.ts';
import { reducingKernel } from './reduce.ts';

const THREADS = 64;

/** Workgroups for this many quads. */
export function quadGroups(quads: number): readonly [number, number] {
  const groups = Math.max(1, Math.ceil(quads / THREADS));
  const across = Math.min(groups, 32_768);
  return [across, Math.ceil(groups / across)];
}

const main = `
@compute @workgroup_size(${THREADS})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) count: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  run((group.x + group.y * count.x) * ${THREADS} + thread);
}
`;

export const activateGradientOp = struct('Op', {
  quads: 'u32',
  dy: 'u32',
  /** Gradient of the skip connection, added to dy; NONE without it. */
  skipped: 'u32',
  dz: 'u32',
  /** Input of the activation, or this input before scale and shift. */
  z: 'u32',
  /** NONE where z was not scaled. */
  scale: 'u32',
  shift: 'u32',
  activation: 'u32',
  layer: 'u32',
  threshold: 'u32',
  dropScale: 'f32',
});

/** dz from dy through dropout and activation, where no BatchNorm1d lies between. */
export const activateGradientKernel: Kernel = {
  name: 'activation gradient',
  uses: { value: 'read', act: 'read_write' },
  code: `${step.wgsl}${activateGradientOp.wgsl}${activations}${dropout}
fn run(place: u32) {
  if (place >= step.rows * op.quads) { return; }
  let quad = place % op.quads;
  var dy = act[op.dy + place];
  if (op.skipped != ${NONE}u) {
    dy += act[op.skipped + place];
    act[op.dy + place] = dy;
  }
  if (op.threshold > 0) { dy = dropout(dy, place, op.layer, op.threshold, op.dropScale); }
  if (op.activation > 0) {
    var a = act[op.z + place];
    if (op.scale != ${NONE}u) { a = a * value[op.scale + quad] + value[op.shift + quad]; }
    dy *= derivative(op.activation, a);
  }
  act[op.dz + place] = dy;
}
${main}`,
};

export const updateOp = struct('Op', {
  first: 'u32',
  end: 'u32',
  /** Quads before it are weights of Linears. */
  weightsEnd: 'u32',
  /** Where the clip factor lies; NONE where gradients are not clipped. */
  factor: 'u32',
});

/** The optimizer's step on quads `first` to `end` from their kept gradients. */
export function updateKernel(average: boolean): Kernel {
  const uses: Uses = {
    act: 'read',
    gradient: 'read_write',
    value: 'read_write',
    firstMoment: 'read_write',
    secondMoment: 'read_write',
    ...(average && { average: 'read_write' }),
  };
  const averaged = '  average[place] = step.decay * average[place] + step.rest * moved.value;';
  return {
    name: `update${average ? ', averaged' : ''}`,
    uses,
    code: `${step.wgsl}${updateOp.wgsl}${optimize}
fn run(quad: u32) {
  let place = op.first + quad;
  if (place >= op.end) { return; }
  var slope = gradient[place];
  if (op.factor != ${NONE}u) {
    slope *= act[op.factor].x;
    gradient[place] = slope;
  }
  let moved = optimize(value[place], slope, firstMoment[place], secondMoment[place], place < op.weightsEnd);
  value[place] = moved.value;
  firstMoment[place] = moved.first;
  if (step.optimizer == 0) { secondMoment[place] = moved.second; }
${average ? averaged : ''}
}
${main}`,
  };
}

export const averageStatisticsOp = struct('Op', { quads: 'u32' });

export const averageStatisticsKernel: Kernel = {
  name: 'average statistics',
  uses: { statistics: 'read', averageStatistics: 'read_write' },
  code: `${step.wgsl}${averageStatisticsOp.wgsl}
fn run(quad: u32) {
  if (quad >= op.quads) { return; }
  averageStatistics[quad] = step.decay * averageStatistics[quad] + step.rest * statistics[quad];
}
${main}`,
};

/** Workgroups, and so partial sums, of the gradient's norm. */
export const SQUARE_GROUPS = 64;

export const squaresOp = struct('Op', { quads: 'u32', partials: 'u32', factor: 'u32', largest: 'f32' });

/** A kernel whose threads add up their values. */
function adding(name: string, uses: Uses, main: string, subgroups: boolean): Kernel {
  const reduction = { type: 'f32', threads: THREADS } as const;
  return reducingKernel({ name, uses, op: squaresOp.wgsl, reduction, code: '', main }, subgroups);
}

/** Sums of squares of the kept gradients, one a workgroup. */
export const squaresKernel = (subgroups: boolean): Kernel =>
  adding(
    'gradient squares',
    { gradient: 'read', act: 'read_write' },
    `  var sum = 0.0;
  for (var quad = group.x * ${THREADS} + thread; quad < op.quads; quad += ${SQUARE_GROUPS * THREADS}) {
    sum += dot(gradient[quad], gradient[quad]);
  }
  sum = sumAll(sum, thread);
  if (thread == 0) { act[op.partials + group.x] = vec4f(sum, 0, 0, 0); }`,
    subgroups,
  );

/** The factor that takes the norm of all gradients down to `largest`. */
export const clipFactorKernel = (subgroups: boolean): Kernel =>
  adding(
    'clip factor',
    { act: 'read_write' },
    `  let norm = sqrt(sumAll(act[op.partials + thread].x, thread));
  if (thread == 0) { act[op.factor] = vec4f(min(1, op.largest / (norm + 1e-6))); }`,
    subgroups,
  );

export const outputOp = struct('Op', { quads: 'u32', width: 'u32', source: 'u32' });

/** A tensor of the batch, to `results`. */
export const outputKernel: Kernel = {
  name: 'output',
  uses: { act: 'read', results: 'read_write' },
  code: `${step.wgsl}${outputOp.wgsl}
fn run(place: u32) {
  if (place >= step.rows * op.quads) { return; }
  let row = place / op.quads;
  let quad = place % op.quads;
  let values = act[op.source + place];
  for (var i = 0u; i < 4; i++) {
    if (4 * quad + i < op.width) { results[(step.first + row) * op.width + 4 * quad + i] = values[i]; }
  }
}
${main}`,
};
