/** What there is to say where fast arithmetic was asked for and the backend has none. */

import type { BackendInfo } from './backend.ts';

/** A sentence for whoever set `fast`; undefined where the backend's arithmetic is fast. */
export function fastNotice({ name, variant }: BackendInfo): string | undefined {
  if (name === 'webgpu')
    return 'The setting fast changes nothing on a GPU, whose bits are its own in any case.';
  if (variant.endsWith('-fast')) return undefined;
  return 'The setting fast changes nothing here: this engine is exact. Fast arithmetic needs WebAssembly with relaxed SIMD.';
}
