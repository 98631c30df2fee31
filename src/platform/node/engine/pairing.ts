/**
 * V8's pairing of 128-bit vectors into 256-bit registers, an experiment that is switched on by a flag. The flag is one of the whole
 * process, which may be anybody's: it is set while the kernels are compiled, and as it was before from then on.
 */

import v8 from 'node:v8';
import { Queue } from '../../../core/queue.ts';
import type { Backend } from '../../../engine/backend.ts';
import { keepsToReference } from '../../../engine/self-check.ts';
import type { CompileKernels } from '../../../engine/wasm/platform.ts';

/** The first major version of Node whose V8 pairs the kernels' vectors rightly and to their gain. */
const PAIRING_SINCE = 24;

/** How long the paired kernels are compared with the reference before they are believed. */
const SELF_TEST_MS = 30;

/**
 * What V8 is told while it compiles kernels whose vectors are paired: only the optimizing compiler does that, so that it compiles
 * all of them at once instead of each when it is called often.
 */
const flags: readonly (readonly [name: string, value: boolean])[] = [
  ['experimental-wasm-revectorize', true],
  ['liftoff', false],
  ['wasm-lazy-compilation', false],
  // Inlining goes by what the other compiler has counted: V8 of Node 26 ends the process where there is nothing.
  ['wasm-inlining', false],
];

/** One compiles after another: each finds the flags as the process has them. */
const turns = new Queue();

/** Bun and Deno give themselves out for a Node of some version, but pair nothing. */
export function canPair(): boolean {
  const { node, bun, deno } = process.versions;
  const isNode = bun === undefined && deno === undefined;
  return isNode && process.arch === 'x64' && Number(node.split('.')[0]) >= PAIRING_SINCE;
}

/** Sets V8's flags for compiling, or sets them back: to what the command line of this process says, else V8's own defaults. */
export function setPairing(on: boolean): void {
  const { NODE_OPTIONS = '' } = process.env;
  const given = [...process.execArgv, ...NODE_OPTIONS.split(' ')];
  for (const [name, wanted] of flags) {
    const isGiven = given.includes(`--${wanted ? '' : 'no-'}${name}`);
    const value = on || isGiven ? wanted : !wanted;
    v8.setFlagsFromString(`--${value ? '' : 'no-'}${name}`);
  }
}

/**
 * A backend whose kernels V8 pairs, where it then keeps to the oracle's bits; else one without pairing. Pairing must prove itself
 * at every start.
 * @param create starts a backend whose kernels `compile` compiles
 */
export async function createPaired(
  create: (wide: boolean, compile?: CompileKernels) => Promise<Backend>,
  createOracle: () => Promise<Backend>,
  setFlags: (on: boolean) => void,
): Promise<Backend> {
  const paired = await create(true, (bytes) => turns.run(() => compilePaired(bytes, setFlags)));
  if (await agrees(paired, createOracle)) return paired;
  await paired.dispose();
  return await create(false);
}

/** With the flags for no longer than that: whatever else is compiled meanwhile, such as Node's own modules in a thread, is slower. */
async function compilePaired(
  bytes: Uint8Array<ArrayBuffer>,
  setFlags: (on: boolean) => void,
): Promise<WebAssembly.Module> {
  // Compiling alone keeps no process alive.
  const alive = setInterval(() => {}, 1000);
  setFlags(true);
  try {
    return await WebAssembly.compile(bytes);
  } finally {
    setFlags(false);
    clearInterval(alive);
  }
}

async function agrees(paired: Backend, createOracle: () => Promise<Backend>): Promise<boolean> {
  try {
    const oracle = await createOracle();
    try {
      return await keepsToReference(paired, oracle, SELF_TEST_MS);
    } finally {
      await oracle.dispose();
    }
  } catch (error) {
    await paired.dispose();
    throw error;
  }
}
