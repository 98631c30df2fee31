/**
 * What a session remembers of images: the results of a program's `fixed` ops. Frozen layers give an image the same values
 * in every epoch, so they are computed once. A kept result has the bits of a computed one.
 */

import { CoutureError } from '../../core/errors.ts';
import type { Program } from '../../model/program.ts';
import type { DeviceImages } from '../backend.ts';
import { LINE } from './constants.ts';
import type { Block, WasmMemory } from './memory.ts';
import { panelsOf } from './panels.ts';

/** Most bytes that a session keeps, and the largest share of the memory that the backend can have. */
const MOST_BYTES = 2 ** 29;
const LARGEST_SHARE = 0.25;

/** Where a job finds the results of the program's first ops. Plain data: it travels to the workers. */
export interface Kept {
  /** Number of those ops; the last one is of `layer`. */
  readonly ops: number;
  readonly layer: number;
  /** For each image whole lines of values. */
  readonly values: number;
  /** For each image a byte: 1 once its values are kept. */
  readonly known: number;
}

/** The results kept for the images that a session trains on. */
export class KeptResults {
  readonly #memory: WasmMemory;
  readonly #program: Program;
  readonly #ops: number;
  readonly #layer: number;
  #of: { readonly images: DeviceImages; readonly block: Block; readonly known: number } | undefined;

  constructor(memory: WasmMemory, program: Program) {
    this.#memory = memory;
    this.#program = program;
    this.#ops = program.fixed;
    const last = program.train[program.fixed - 1];
    this.#layer = last !== undefined && 'layer' in last ? last.layer : -1;
  }

  /** For a job on these images; undefined where no result is kept for them. */
  of(images: DeviceImages): Kept | undefined {
    if (this.#of?.images !== images) return undefined;
    const { block, known } = this.#of;
    return { ops: this.#ops, layer: this.#layer, values: block.start, known };
  }

  /** Makes room for the results of these images, if there is enough. Results of other images are forgotten. */
  begin(images: DeviceImages): void {
    if (this.#ops === 0 || this.#of?.images === images) return;
    this.dispose();
    const values = images.length * panelsOf(this.#program.plan.layers[this.#layer].out) * LINE;
    const bytes = values + images.length;
    if (bytes > Math.min(MOST_BYTES, this.#memory.limit * LARGEST_SHARE)) return;
    const block = this.#allocate(bytes);
    if (block) this.#of = { images, block, known: block.start + values };
  }

  /** Nothing where the memory is full: results are then computed every time. */
  #allocate(bytes: number): Block | undefined {
    try {
      return this.#memory.allocate(bytes);
    } catch (error) {
      if (error instanceof CoutureError && error.kind === 'runtime') return undefined;
      throw error;
    }
  }

  /** Forgets the results after a change of a layer that they come from. */
  changed(layer: number): void {
    if (layer <= this.#layer) this.dispose();
  }

  dispose(): void {
    if (this.#of) this.#memory.release(this.#of.block);
    this.#of = undefined;
  }
}
