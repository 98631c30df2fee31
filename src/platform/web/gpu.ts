/** The GPU of a page. */

import { type Adapter, findAdapter } from '../../engine/adapter.ts';

/** The adapter that the engine's worker will use; undefined if the browser has none. */
export async function findWebAdapter(): Promise<Adapter | undefined> {
  // Absent in browsers without WebGPU and in pages over plain HTTP, although the types deny it.
  const gpu: GPU | undefined = globalThis.navigator?.gpu;
  return gpu && (await findAdapter(gpu));
}
