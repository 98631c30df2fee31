/** The wasm backend: SIMD kernels over one memory, shared by threads where the platform has them. */

import { CoutureError } from '../../core/errors.ts';
import { toPlanes } from '../../data/image-shape.ts';
import type { Backend, DeviceImages } from '../backend.ts';
import { countImages } from '../check-request.ts';
import { canFuse, compileKernels } from './kernels.ts';
import { type Block, WasmMemory } from './memory.ts';
import type { CompileKernels, SpawnWorker } from './platform.ts';
import { type ImagesInUse, WasmSession } from './session.ts';
import { Team } from './team.ts';

export interface WasmOptions {
  readonly threads: number;
  /** How to start a worker; undefined runs on the caller's thread. */
  readonly spawn: SpawnWorker | undefined;
  /** The engine pairs 128-bit vectors, so wide tiles are faster. */
  readonly wide: boolean;
  /** Products and sums may be fused. Without relaxed SIMD they are exact, and `info.variant` shows it. */
  readonly fast: boolean;
  /** How the kernels are compiled; `WebAssembly.compile` by default. */
  readonly compile?: CompileKernels | undefined;
  /** Bytes of memory of this machine; by default, only the limit of the kernels applies. */
  readonly memory?: number | undefined;
}

/** @throws CoutureError of kind `backend` where WebAssembly SIMD is missing */
export async function createWasmBackend({
  threads,
  spawn,
  wide,
  fast: mayFuse,
  compile,
  memory: limit,
}: WasmOptions): Promise<Backend> {
  const shared = spawn !== undefined;
  const fast = mayFuse && canFuse();
  const module = await compileKernels({ shared, wide, fast }, compile);
  const memory = new WasmMemory(shared, limit);
  const team = await Team.start({ memory, module, wide, threads, spawn });
  const held = new WeakMap<DeviceImages, HeldBlock>();
  const hold = (images: DeviceImages): ImagesInUse => {
    const block = held.get(images);
    if (block === undefined) {
      throw new CoutureError('usage', 'These images were uploaded to another backend or disposed of.');
    }
    return block.use();
  };
  return {
    info: {
      name: 'wasm',
      variant: `simd${wide ? 256 : 128}${fast ? '-fast' : ''}`,
      threads: shared ? threads : 1,
    },
    async upload(images, shape) {
      const length = countImages(images, shape);
      const block = memory.allocate(images.length);
      memory.bytes(block.start, images.length).set(toPlanes(images, shape));
      const own = new HeldBlock(memory, block);
      const device: DeviceImages = {
        length,
        shape,
        dispose() {
          if (held.delete(device)) own.release();
        },
      };
      held.set(device, own);
      return device;
    },
    createSession: async (program, { batchSize } = {}) =>
      new WasmSession({ memory, team, hold }, program, batchSize),
    dispose: () => team.dispose(),
  };
}

/** A block that is freed after its owner and every call that uses it release it: a running call keeps its images. */
class HeldBlock {
  readonly #memory: WasmMemory;
  readonly #block: Block;
  #holders = 1;

  constructor(memory: WasmMemory, block: Block) {
    this.#memory = memory;
    this.#block = block;
  }

  use(): ImagesInUse {
    this.#holders += 1;
    return { address: this.#block.start, release: () => this.release() };
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.#memory.release(this.#block);
  }
}
