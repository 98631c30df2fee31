/** The GPU object of a platform as WebGPU's own type. In a file of its own, as declarations of the package must not name it. */

import { aFunction, checkArguments, record } from '../core/arguments.ts';
import type { GpuObject } from './gpu-object.ts';

const aGpu = record({ requestAdapter: aFunction }, 'a GPU object');

/**
 * The same object as WebGPU's own type.
 * @param what the function that got it, for the error
 * @throws CoutureError of kind `usage` when it is something else
 */
export function asGpu(gpu: GpuObject, what: string): GPU {
  checkArguments(what, { gpu: [gpu, aGpu] });
  if (isGpu(gpu)) return gpu;
  throw new TypeError(`${what}: gpu has no requestAdapter`);
}

function isGpu(gpu: GpuObject): gpu is GPU {
  return typeof gpu.requestAdapter === 'function';
}
