/**
 * WGSL that adds up, or finds the largest of, the values of a workgroup's threads. Where the device has subgroups, the
 * threads of one exchange their values directly, and only the subgroups' results go through workgroup memory.
 */

import { type Extension, lines } from '../wgsl.ts';

export interface Reduction {
  readonly type: 'f32' | 'vec4f';
  /** Threads of the workgroup, a power of two. */
  readonly threads: number;
  /** Results: thread t has a value of column t % columns, and gets this column's result. A power of two, 1 by default. */
  readonly columns?: number;
}

/** Parts of a kernel. */
export interface Reducer {
  /** The end of its name. */
  readonly suffix: string;
  readonly extensions: readonly Extension[];
  /**
   * Declares `sumAll(own, thread)` and `maxAll(own, thread)`, which all threads of the workgroup call. Each thread gets the
   * result.
   */
  readonly declarations: string;
  /** Parameters of `main`, to be put in front of its own. */
  readonly parameters: string;
  /** The first statements of `main`. */
  readonly start: string;
}

/** The smallest subgroup that WGSL allows. */
const LEAST_SUBGROUP = 4;

export function reducer({ type, threads, columns = 1 }: Reduction, subgroups: boolean): Reducer {
  return subgroups ? bySubgroups(type, threads, columns) : byHalves(type, threads, columns);
}

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
