/** The one door to the backends. */

import { anObject, checkArguments, optional } from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import type { Backend } from './backend.ts';
import { type BackendChoice, backendChoices, exactBackend } from './names.ts';
import { createReferenceBackend } from './reference/backend.ts';
import { MAX_THREADS } from './threads.ts';
import { createWasmBackend } from './wasm/backend.ts';
import type { CompileKernels, SpawnWorker } from './wasm/protocol.ts';
import { createWebGpuBackend } from './webgpu/backend.ts';

export interface BackendOptions {
  /** Default: wasm, which is also what `cpu` and `auto` are here. */
  readonly backend?: BackendChoice;
  /** Threads of the wasm backend; default 1. */
  readonly threads?: number;
  /** How this platform starts a worker; without it the wasm backend runs on the caller's thread. */
  readonly spawn?: SpawnWorker | undefined;
  /** The JavaScript engine pairs 128-bit vectors into 256-bit registers; see docs/performance.md. */
  readonly wide?: boolean;
  /**
   * Products and sums may be fused: faster, but the bits are the machine's own. Not for the reference backend; it changes
   * nothing on a GPU, whose bits are its own in any case, and where WebAssembly has no relaxed SIMD: see `fastNotice`.
   */
  readonly fast?: boolean;
  /** How this platform compiles the kernels; `WebAssembly.compile` by default. */
  readonly compile?: CompileKernels | undefined;
  /** Bytes of memory that this machine has, where the platform can tell. */
  readonly memory?: number | undefined;
  /** Where this platform has its GPU object; `navigator.gpu` by default. */
  readonly gpu?: (() => Promise<GPU>) | undefined;
}

/**
 * Starts a backend. Node's `createNodeBackend` and a page's `createWebBackend` fill in the platform's part.
 * @throws CoutureError of kind `usage` for an unknown name or thread count, `backend` where it cannot run
 */
export async function createBackend(options: BackendOptions = {}): Promise<Backend> {
  checkArguments('createBackend', { options: [options, optional(anObject)] });
  const {
    backend: choice = 'auto',
    threads = 1,
    spawn,
    wide = false,
    fast = false,
    compile,
    memory,
  } = options;
  if (!Number.isInteger(threads) || threads < 1 || threads > MAX_THREADS) {
    throw new CoutureError(
      'usage',
      `Invalid thread count ${threads}: expected an integer from 1 to ${MAX_THREADS}.`,
    );
  }
  if (!backendChoices.includes(choice)) {
    throw new CoutureError('usage', `Unknown backend ${String(choice)}.`, {
      hint: `The backends are ${backendChoices.slice(0, -1).join(', ')} and ${backendChoices.at(-1)}.`,
    });
  }
  const backend = exactBackend(choice);
  switch (backend) {
    case 'wasm':
      return createWasmBackend({ threads, spawn, wide, fast, compile, memory });
    case 'webgpu':
      return createWebGpuBackend(await (options.gpu ?? ownGpu)());
    case 'reference':
      if (!fast) return createReferenceBackend(memory);
      throw new CoutureError(
        'usage',
        'The reference backend is exact; leave out fast or use the wasm backend.',
      );
    default:
      return backend satisfies never;
  }
}

/**
 * The GPU object of a page, a worker, or Deno.
 * @throws CoutureError of kind `backend` where there is none
 */
async function ownGpu(): Promise<GPU> {
  // Absent in browsers without WebGPU and in pages that came over plain HTTP, whatever the types say.
  const gpu: GPU | undefined = globalThis.navigator?.gpu;
  if (gpu !== undefined) return gpu;
  throw new CoutureError('backend', 'The GPU cannot be used: there is no WebGPU here.', {
    hint: 'A page has WebGPU in a browser that knows it, over HTTPS or from this machine. Or use the CPU: backend "cpu".',
  });
}
