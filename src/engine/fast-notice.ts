/** The notice for a run that requested fast arithmetic on a backend that does not have it. */

import type { BackendInfo } from './backend.ts';

/** The notice for a run that set `fast`; undefined if the backend's arithmetic is fast. */
export function fastNotice({ name, variant }: BackendInfo): string | undefined {
  if (name === 'webgpu')
    return 'The setting fast has no effect on a GPU, whose results differ from those of a CPU anyway.';
  if (variant.endsWith('-fast')) return undefined;
  return 'The setting fast has no effect here: this engine is exact. Fast arithmetic needs WebAssembly with relaxed SIMD.';
}
