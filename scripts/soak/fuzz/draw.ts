/** The choices of which one input is made: functions of (seed, reader, number), so that any input can be made again. */

import { fork, keyFromSeed, RandomStream } from '../../../src/core/philox.ts';

/** Draws in order. */
export class Draw {
  /** Which input it is, of those of its reader. */
  readonly number: number;
  readonly #stream: RandomStream;

  constructor(seed: number, reader: string, number: number) {
    this.number = number;
    this.#stream = new RandomStream(fork(keyFromSeed(seed), reader, number));
  }

  /** A whole number from 0 up to, but not, `bound`. */
  below(bound: number): number {
    return this.#stream.nextBelow(bound);
  }

  /** A whole number from `least` up to `most`. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True in a share of the draws. */
  chance(share: number): boolean {
    return this.#stream.nextFloat() < share;
  }

  /** A number from 0 up to, but not, 1. */
  float(): number {
    return this.#stream.nextFloat();
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)];
  }

  bytes(length: number): Buffer {
    const words = new Uint32Array(Math.ceil(length / 4));
    for (let i = 0; i < words.length; i++) words[i] = this.#stream.nextWord();
    return Buffer.from(words.buffer, 0, length);
  }

  /** `length` items, each made by a draw. */
  times<Item>(length: number, make: (index: number) => Item): Item[] {
    return Array.from({ length }, (_, index) => make(index));
  }

  /** A short name, mostly plain, now and then with what names must not be mixed up with. */
  name(): string {
    const odd = ['', 'ü', ' ', '-', '.', '_', '9', '日本', 'e\u0301'];
    return this.times(this.between(1, 8), () =>
      this.chance(0.9) ? String.fromCharCode(97 + this.below(26)) : this.pick(odd),
    ).join('');
  }
}
