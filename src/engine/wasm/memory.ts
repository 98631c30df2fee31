/** The one linear memory of a wasm backend, and the allocation of its parts. */

import { CoutureError } from '../../core/errors.ts';
import { checkMemory, outOfMemory } from '../check-memory.ts';
import { LINE, MAX_PAGES } from './constants.ts';

const PAGE = 65_536;
const FIRST_PAGES = 16;
/** 64 MiB: with less, no useful network could be trained. */
const FEWEST_PAGES = 1024;
/** A cache line, and a line of the kernels. */
const ALIGN = LINE;
/** Tiles may read, and discard, a few lines past the end of their operands. */
const GUARD = 256;

interface Block {
  start: number;
  size: number;
}

/** First-fit allocation over a growing memory. Addresses stay valid when it grows; views must be created again. */
export class WasmMemory {
  readonly memory: WebAssembly.Memory;
  /** Bytes at most. */
  readonly limit: number;
  #free: Block[] = [];
  /** Bytes below this address have been handed out at least once. The first 1 KiB stays unused, so that 0 means none. */
  #top = 1024;

  /** @param limit bytes of memory of this machine */
  constructor(shared: boolean, limit = Number.POSITIVE_INFINITY) {
    const { memory, maximum } = reserve(shared);
    this.memory = memory;
    this.limit = Math.min(limit, maximum * PAGE);
  }

  /**
   * Checks, without allocating, whether blocks of these sizes could be allocated one after another.
   * @throws CoutureError of kind `runtime` when they could not
   */
  check(...sizes: number[]): void {
    const free = this.#free.reduce((sum, { size }) => sum + size, 0);
    checkMemory(
      sizes.reduce((sum, bytes) => sum + bytes + GUARD, this.#top - free),
      this.limit,
    );
  }

  /**
   * A zeroed block.
   * @throws CoutureError of kind `runtime` when the memory is exhausted
   */
  allocate(bytes: number): Block {
    const size = Math.ceil((bytes + GUARD) / ALIGN) * ALIGN;
    const index = this.#free.findIndex((block) => block.size >= size);
    let start = this.#top;
    if (index >= 0) {
      const block = this.#free[index];
      start = block.start;
      if (block.size === size) this.#free.splice(index, 1);
      else this.#free[index] = { start: start + size, size: block.size - size };
    } else {
      this.#grow(start + size);
      this.#top = start + size;
    }
    new Uint8Array(this.memory.buffer, start, size).fill(0);
    return { start, size };
  }

  release(block: Block): void {
    const merged = [...this.#free, block].sort((a, b) => a.start - b.start);
    this.#free = [];
    for (const next of merged) {
      const last = this.#free.at(-1);
      if (last && last.start + last.size === next.start) last.size += next.size;
      else this.#free.push({ ...next });
    }
    const last = this.#free.at(-1);
    if (last && last.start + last.size === this.#top) {
      this.#top = last.start;
      this.#free.pop();
    }
  }

  #grow(end: number): void {
    checkMemory(end, this.limit);
    const missing = Math.ceil((end - this.memory.buffer.byteLength) / PAGE);
    if (missing <= 0) return;
    try {
      this.memory.grow(missing);
    } catch (cause) {
      throw outOfMemory(end, 'the system refused to allocate them', cause);
    }
  }

  bytes(start: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, start, length);
  }

  floats(start: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, start, length);
  }

  words(start: number, length: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, start, length);
  }
}

/** A memory that may grow as far as this machine lets it: browsers on phones refuse to set aside 2 GiB of addresses. */
function reserve(shared: boolean): { readonly memory: WebAssembly.Memory; readonly maximum: number } {
  for (let maximum = MAX_PAGES; ; maximum /= 2) {
    try {
      return { memory: new WebAssembly.Memory({ initial: FIRST_PAGES, maximum, shared }), maximum };
    } catch (cause) {
      if (maximum > FEWEST_PAGES) continue;
      throw new CoutureError('backend', 'Out of memory: the engine could not be started.', {
        hint: 'Close other pages or programs, and try again.',
        cause,
      });
    }
  }
}

export type { Block };
