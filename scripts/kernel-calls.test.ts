/** The types of the kernels come from their own signatures, and a call that does not fit one does not compile. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { GatherArguments, Kernels, Units } from '../src/engine/wasm/kernels.generated.ts';
import { kernelCalls, readSignatures } from './kernel-calls.ts';
import { kernelConstants } from './kernel-constants.ts';

const declarations = `
  /** Exported memory */
  export const memory: WebAssembly.Memory;
  /**
   * kernels/sync/barrier
   * @param at \`usize\`
   * @param threads \`i32\`
   */
  export function barrier(at: number, threads: number): void;
  /**
   * kernels/dense/linear
   * @param x \`usize\`
   * @param relu \`bool\`
   * @param begin \`i32\`
   * @param end \`i32\`
   */
  export function linear(x: number, relu: boolean, begin: number, end: number): void;
  /**
   * kernels/math/logFromOne
   * @param x \`f32\`
   * @returns \`f32\`
   */
  export function logFromOne(x: number): number;
`;

/** Whether a value of the first type may stand where the second is asked for. */
type Fits<Given, Asked> = Given extends Asked ? true : false;
/** What a kernel takes first. */
type First<Name extends keyof Kernels> = Parameters<Kernels[Name]>[0];

describe('the kernels’ types', () => {
  it('have each argument by its name, in the order of the signature', () => {
    const text = kernelCalls(readSignatures(declarations));
    assert.match(
      text,
      /interface LinearArguments \{\n {2}readonly x: number;\n {2}readonly relu: boolean;\n\}/,
    );
    assert.match(text, /readonly linear: \(args: LinearArguments, units: Units\) => void;/);
    assert.match(text, /raw\.linear\(args\.x, args\.relu \? 1 : 0, units\.begin, units\.end\)/);
    assert.match(text, /barrier: \(args\) =>\n {6}raw\.barrier\(args\.at, args\.threads\)/);
    assert.match(text, /readonly logFromOne: \(x: number\) => number;/);
  });

  it('are not made of declarations that are not understood', () => {
    const unknown = declarations.replace('relu: boolean', 'relu: v128');
    assert.throws(() => readSignatures(unknown), /a parameter "relu: v128"/);
    const changed = declarations.replace('kernels/math/logFromOne', 'logFromOne of kernels/math');
    assert.throws(() => readSignatures(changed), /Of 3 kernels only 2/);
  });

  it('refuse a missing argument, one of another kernel, and numbers by their places', () => {
    const refused: [
      Fits<Omit<GatherArguments, 'scaling'>, GatherArguments>,
      Fits<First<'scatter'>, GatherArguments>,
      Fits<number[], GatherArguments>,
      Fits<{ begin: number }, Units>,
    ] = [false, false, false, false];
    const accepted: Fits<First<'gather'>, GatherArguments> = true;
    assert.deepEqual([...refused, accepted], [false, false, false, false, true]);
  });
});

it('the kernels get the numbers of the code around them', () => {
  const text = kernelConstants();
  for (const line of [
    'LINE: usize = 64',
    'STRIP: i32 = 48',
    'ACTIVATION_LEAKY_RELU: i32 = 2',
    'OPTIMIZER_LION: i32 = 2',
    'WORD_CELL_WIDTH: usize = 10',
    'SCALAR_SHRINKAGE: usize = 20',
    'SGD_CONSTANT_WEIGHT_DECAY: usize = 4',
  ])
    assert.ok(text.includes(`export const ${line};\n`), line);
});
