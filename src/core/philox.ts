/**
 * Philox 4x32-10: a counter-based random generator (Salmon et al., "Parallel random numbers: as easy as
 * 1, 2, 3", SC 2011). A draw is a pure function of (key, counter): there is no state, so threads, resumed
 * runs and the WebAssembly kernels (kernels/philox.ts) get the same numbers in any order.
 */

import { aNumber, aString, checkArguments, kind } from './arguments.ts';
import { countUp } from './count-up.ts';

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/** Four unsigned 32-bit words. */
export type Words4 = [number, number, number, number];

/** A 64-bit key as two unsigned 32-bit words. */
export type Key = readonly [number, number];

/** High 32 bits of the 64-bit product of two unsigned 32-bit numbers, from 16-bit halves. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >>> 16);
  const carry = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

/** Writes the four random words for `counter` under `key` into `out`. */
export function philox4x32(key: Key, c0: number, c1: number, c2: number, c3: number, out: Words4): Words4 {
  let [k0, k1] = key;
  let x0 = c0 >>> 0;
  let x1 = c1 >>> 0;
  let x2 = c2 >>> 0;
  let x3 = c3 >>> 0;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, x0);
    const low0 = Math.imul(MULTIPLIER_0, x0) >>> 0;
    const high1 = multiplyHigh(MULTIPLIER_1, x2);
    const low1 = Math.imul(MULTIPLIER_1, x2) >>> 0;
    x0 = (high1 ^ x1 ^ k0) >>> 0;
    x1 = low1;
    x2 = (high0 ^ x3 ^ k1) >>> 0;
    x3 = low0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[0] = x0;
  out[1] = x1;
  out[2] = x2;
  out[3] = x3;
  return out;
}

export const aKey = kind(
  'a key, as returned by keyFromSeed',
  (value) => Array.isArray(value) && value.length === 2 && value.every((word) => typeof word === 'number'),
);

/** FNV-1a over UTF-16 code units: turns a stream's name into a counter word. */
function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** The root key of a run: any safe non-negative integer is a seed. */
export function keyFromSeed(seed: number): Key {
  checkArguments('keyFromSeed', { seed: [seed, aNumber] });
  return [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
}

/** A key for an independent stream, by name and index: `fork(key, 'shuffle', epoch)`. */
export function fork(key: Key, name: string, index = 0): Key {
  checkArguments('fork', { key: [key, aKey], name: [name, aString], index: [index, aNumber] });
  const words = philox4x32(key, hashName(name), name.length, index, 0xf0f0f0f0, [0, 0, 0, 0]);
  return [words[0], words[1]];
}

/** Draws of one stream in order: a convenience for code that is sequential by nature, on one thread. */
export class RandomStream {
  readonly #key: Key;
  readonly #words: Words4 = [0, 0, 0, 0];
  #drawn = 0;

  constructor(key: Key) {
    checkArguments('new RandomStream', { key: [key, aKey] });
    this.#key = key;
  }

  /** The next uniform 32-bit word. */
  nextWord(): number {
    const lane = this.#drawn & 3;
    if (lane === 0) philox4x32(this.#key, Math.floor(this.#drawn / 4), 0, 0, 0, this.#words);
    this.#drawn += 1;
    return this.#words[lane];
  }

  /** A uniform float32 in [0, 1): 24 bits, so that every value is exact. */
  nextFloat(): number {
    return (this.nextWord() >>> 8) / 0x1000000;
  }

  /** A uniform integer in [0, bound), without modulo bias: draws past the last whole multiple are thrown away. */
  nextBelow(bound: number): number {
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % bound);
    for (;;) {
      const word = this.nextWord();
      if (word < limit) return word % bound;
    }
  }
}

/** The integers 0 to `length` - 1 in an order drawn from `key` (Fisher-Yates, from the last place down). */
export function shuffledIndices(length: number, key: Key): Uint32Array<ArrayBuffer> {
  const order = countUp(length);
  const random = new RandomStream(key);
  for (let last = length - 1; last > 0; last--) {
    const other = random.nextBelow(last + 1);
    const swap = order[last];
    order[last] = order[other];
    order[other] = swap;
  }
  return order;
}
