/** Creates backends. Other code reaches concrete backends only through this file. */

import {
  aBoolean,
  aFunction,
  aNumber,
  anything,
  checkArguments,
  optional,
  optionsOf,
} from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { asGpu } from './as-gpu.ts';
import type { Backend } from './backend.ts';
import type { GpuObject } from './gpu-object.ts';
import { type BackendChoice, backendChoices, exactBackend } from './names.ts';
import { createReferenceBackend } from './reference/backend.ts';
import { MAX_THREADS } from './threads.ts';
import { createWasmBackend } from './wasm/backend.ts';
import type { CompileKernels, SpawnWorker } from './wasm/platform.ts';
import { createWebGpuBackend } from './webgpu/backend.ts';

/** How a backend is started. */
export interface BackendOptions {
  /** Default: wasm. Here, `cpu` and `auto` also mean wasm. */
  readonly backend?: BackendChoice;
  /** Threads of the wasm backend; default 1. */
  readonly threads?: number;
  /** How this platform starts a worker; without it the wasm backend runs on the caller's thread. */
  readonly spawn?: SpawnWorker | undefined;
  /** The JavaScript engine pairs 128-bit vectors into 256-bit registers; see docs/performance.md. */
  readonly wide?: boolean;
  /**
   * Products and sums may be fused, and a GPU may train in half precision. This is faster, but the bits depend on the
   * machine. Not for the reference backend. It has no effect without relaxed SIMD of WebAssembly, or on a GPU without half
   * precision: see `fastNotice`.
   */
  readonly fast?: boolean;
  /** How this platform compiles the kernels; `WebAssembly.compile` by default. */
  readonly compile?: CompileKernels | undefined;
  /** Bytes of memory that this machine has, if the platform can tell. */
  readonly memory?: number | undefined;
  /** Where this platform has its GPU object; `navigator.gpu` by default. */
  readonly gpu?: (() => Promise<GpuObject>) | undefined;
}

const backendOptions = optionsOf<BackendOptions>({
  ...{ backend: anything, threads: anything, wide: optional(aBoolean), fast: optional(aBoolean) },
  ...{ spawn: optional(aFunction), compile: optional(aFunction), gpu: optional(aFunction) },
  memory: optional(aNumber),
});

/**
 * Starts a backend. Node's `createNodeBackend` and a page's `createWebBackend` fill in the platform's part.
 * @throws CoutureError of kind `usage` for an unknown name or thread count, `backend` where it cannot run
 */
export async function createBackend(options: BackendOptions = {}): Promise<Backend> {
  checkArguments('createBackend', { options: [options, backendOptions] });
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
      return createWebGpuBackend(asGpu(await (options.gpu ?? ownGpu)(), 'createBackend'), { fast });
    case 'reference':
      if (!fast) return createReferenceBackend(memory);
      throw new CoutureError(
        'usage',
        'The reference backend is always exact: remove the setting fast, or use the wasm backend.',
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
  // Despite its type, it is undefined in browsers without WebGPU and in pages loaded over plain HTTP.
  const gpu: GPU | undefined = globalThis.navigator?.gpu;
  if (gpu !== undefined) return gpu;
  throw new CoutureError('backend', 'The GPU cannot be used: there is no WebGPU here.', {
    hint: 'Use a browser with WebGPU and load the page over HTTPS or from this machine, or use the CPU: backend "cpu".',
  });
}
