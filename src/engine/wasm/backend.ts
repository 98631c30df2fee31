/** The wasm backend: SIMD kernels over one memory, shared by threads where the platform has them. */

import { CoutureError } from '../../core/errors.ts';
import { toPlanes } from '../../data/image-shape.ts';
import type { Backend, DeviceImages } from '../backend.ts';
import { countImages } from '../check-request.ts';
import { compileKernels } from './kernels.ts';
import { WasmMemory } from './memory.ts';
import type { SpawnWorker } from './protocol.ts';
import { WasmSession } from './session.ts';
import { Team } from './team.ts';

export interface WasmOptions {
  readonly threads: number;
  /** How to start a worker; undefined runs on the caller's thread. */
  readonly spawn: SpawnWorker | undefined;
  /** The engine pairs 128-bit vectors, so that wide tiles pay. */
  readonly wide: boolean;
  /** Products and sums may be fused. */
  readonly fast: boolean;
}

/** @throws CoutureError of kind `backend` where WebAssembly SIMD is missing */
export async function createWasmBackend({ threads, spawn, wide, fast }: WasmOptions): Promise<Backend> {
  const shared = spawn !== undefined;
  const module = await compileKernels({ shared, wide, fast });
  const memory = new WasmMemory(shared);
  const team = await Team.start({ memory, module, wide, threads, spawn });
  const addresses = new WeakMap<DeviceImages, number>();
  const locate = (images: DeviceImages): number => {
    const address = addresses.get(images);
    if (address === undefined) {
      throw new CoutureError('usage', 'These images were uploaded to another backend or disposed of.');
    }
    return address;
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
      const device: DeviceImages = {
        length,
        shape,
        dispose() {
          if (addresses.delete(device)) memory.release(block);
        },
      };
      addresses.set(device, block.start);
      return device;
    },
    createSession: async (program) => new WasmSession({ memory, team, locate }, program),
    dispose: () => team.dispose(),
  };
}
