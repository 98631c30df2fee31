/** The notice for a run that requested fast arithmetic on a backend that does not have it. */

import type { BackendInfo } from './backend.ts';

/** In the variant of a GPU backend whose training uses it. */
export const HALF_PRECISION = 'half precision';

/** The notice for a run that set `fast`; undefined if the backend's arithmetic is fast. */
export function fastNotice({ name, variant }: BackendInfo): string | undefined {
  if (name === 'webgpu')
    return variant.endsWith(HALF_PRECISION)
      ? undefined
      : 'The setting fast has no effect on this GPU: it has no half precision (shader-f16), or a processor emulates it.';
  if (variant.endsWith('-fast')) return undefined;
  return 'The setting fast has no effect here: this engine is exact. Fast arithmetic needs WebAssembly with relaxed SIMD.';
}
