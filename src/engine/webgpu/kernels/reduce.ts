/**
 * WGSL that adds up, or finds the largest of, the values of a workgroup's threads. Where the device has subgroups, the
 * threads of one exchange their values directly, and only the subgroups' results go through workgroup memory.
 */

import { type Extension, type Kernel, lines, type Uses } from '../wgsl.ts';
import { step } from './common.ts';

export interface Reduction {
  readonly type: 'f32' | 'vec4f';
  /** Threads of the workgroup, a power of two. */
  readonly threads: number;
  /** Results: thread t has a value of column t % columns, and gets this column's result. A power of two, 1 by default. */
  readonly columns?: number;
}

/** A kernel that reduces. */
export interface Reducing {
  readonly name: string;
  readonly uses: Uses;
  /** WGSL of its struct `Op`. */
  readonly op: string;
  readonly reduction: Reduction;
  /**
   * Functions of the kernel. They may use `THREADS`, and call `sumAll(own, thread)` and `maxAll(own, thread)` from all
   * threads of the workgroup, each of which gets the result.
   */
  readonly code: string;
  /** The statements of `main`, which has `group`, `count` and `thread`. */
  readonly main: string;
}

/** The kernel, with or without subgroups. */
export function reducingKernel(
  { name, uses, op, reduction: { type, threads, columns = 1 }, code, main }: Reducing,
  subgroups: boolean,
): Kernel {
  const reducer = subgroups ? bySubgroups(type, threads, columns) : byHalves(type, threads, columns);
  return {
    name: `${name}${reducer.suffix}`,
    uses,
    extensions: reducer.extensions,
    code: `${step.wgsl}${op}
const THREADS = ${threads}u;
${reducer.declarations}${code}
@compute @workgroup_size(${threads})
fn main(${reducer.parameters}
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) count: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {${reducer.start}
${main}
}
`,
  };
}

/** What a way to reduce adds to a kernel. */
interface Reducer {
  /** The end of its name. */
  readonly suffix: string;
  readonly extensions: readonly Extension[];
  readonly declarations: string;
  /** Parameters of `main`, in front of the others. */
  readonly parameters: string;
  /** The first statements of `main`. */
  readonly start: string;
}

/** The smallest subgroup that WGSL allows. */
const LEAST_SUBGROUP = 4;

function byHalves(type: string, threads: number, columns: number): Reducer {
  const reduce = (name: string, join: string) => `
fn ${name}(own: ${type}, thread: u32) -> ${type} {
  workgroupBarrier();
  reduced[thread] = own;
  workgroupBarrier();
  for (var half = ${threads / 2}u; half >= ${columns}u; half /= 2) {
    if (thread < half) { reduced[thread] = ${join}; }
    workgroupBarrier();
  }
  return reduced[thread % ${columns}u];
}
`;
  return {
    suffix: '',
    extensions: [],
    declarations: `
var<workgroup> reduced: array<${type}, ${threads}>;
${reduce('sumAll', 'reduced[thread] + reduced[thread + half]')}${reduce('maxAll', 'max(reduced[thread], reduced[thread + half])')}`,
    parameters: '',
    start: '',
  };
}

function bySubgroups(type: string, threads: number, columns: number): Reducer {
  const reduce = (name: string, all: string, none: string, join: string) => `
fn ${name}(own: ${type}, thread: u32) -> ${type} {
${lines(columns, (c) => `  let part${c} = ${all}(${columns === 1 ? 'own' : `select(${type}(${none}), own, thread % ${columns} == ${c})`});`)}
  workgroupBarrier();
  if (lane == 0) {
${lines(columns, (c) => `    reduced[${columns} * subgroup + ${c}] = part${c};`)}
  }
  workgroupBarrier();
  var result = reduced[thread % ${columns}];
  for (var i = 1u; i < subgroups; i++) {
    let part = reduced[${columns} * i + thread % ${columns}];
    result = ${join};
  }
  return result;
}
`;
  return {
    suffix: ', by subgroups',
    extensions: ['subgroups'],
    declarations: `
var<workgroup> reduced: array<${type}, ${(threads / LEAST_SUBGROUP) * columns}>;
var<private> subgroup: u32;
var<private> subgroups: u32;
var<private> lane: u32;
${reduce('sumAll', 'subgroupAdd', '0', 'result + part')}${reduce('maxAll', 'subgroupMax', '-3.4e38', 'max(result, part)')}`,
    parameters: `
  @builtin(subgroup_id) subgroupId: u32,
  @builtin(num_subgroups) subgroupCount: u32,
  @builtin(subgroup_invocation_id) subgroupLane: u32,`,
    start: `
  subgroup = subgroupId;
  subgroups = subgroupCount;
  lane = subgroupLane;`,
  };
}
