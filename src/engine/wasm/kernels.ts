/** How the kernels are compiled, and an instance of them; kernels.generated.ts has their types. */

import { CoutureError } from '../../core/errors.ts';
import { bindKernels, type Kernels, kernelModules } from './kernels.generated.ts';

import type { CompileKernels } from './platform.ts';

export type { Kernels, Units } from './kernels.generated.ts';

/** An empty custom section named `w`: V8 keeps machine code by the module's bytes, and wide kernels need their own. */
const WIDE_MARK = '\0\x02\x01w';

/** Which of the compiled kernels. */
export interface KernelChoice {
  /** For shared memory. */
  readonly shared: boolean;
  /** For an engine that pairs vectors: such a module shares no machine code with a plain one. */
  readonly wide: boolean;
  /** Products and sums may be fused. This is faster, but the bits depend on the machine. */
  readonly fast: boolean;
}

/** Whether this environment has relaxed SIMD, without which fast kernels cannot be compiled. */
export function canFuse(): boolean {
  return validates(bytesOf({ shared: false, wide: false, fast: true }));
}

/**
 * Compiles the kernels.
 * @throws CoutureError of kind `backend` where WebAssembly or its SIMD is missing or not allowed
 */
export async function compileKernels(
  choice: KernelChoice,
  compile: CompileKernels = (bytes) => WebAssembly.compile(bytes),
): Promise<WebAssembly.Module> {
  const bytes = bytesOf(choice);
  if (validates(bytes)) {
    return await compile(bytes).catch((cause: unknown) => {
      throw cause instanceof WebAssembly.CompileError ? notAllowed(cause) : cause;
    });
  }
  throw new CoutureError(
    'backend',
    'This environment has no WebAssembly SIMD, which the wasm backend needs.',
    { hint: 'Use Node 22 or later or a current browser, or the slow reference backend.' },
  );
}

/** The error where valid kernels are not compiled: a page's policy forbids it. */
function notAllowed(cause: WebAssembly.CompileError): CoutureError {
  return new CoutureError('backend', 'This page does not allow WebAssembly, which the wasm backend needs.', {
    hint: "Add 'wasm-unsafe-eval' to script-src in the Content-Security-Policy of the page.",
    cause,
  });
}

function bytesOf({ shared, wide, fast }: KernelChoice): Uint8Array<ArrayBuffer> {
  const base64 = kernelModules[`${shared ? 'shared' : 'single'}${fast ? 'Fast' : ''}`];
  const text = atob(base64) + (wide ? WIDE_MARK : '');
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function validates(bytes: Uint8Array<ArrayBuffer>): boolean {
  return typeof WebAssembly !== 'undefined' && WebAssembly.validate(bytes);
}

/** One thread's instance over the common memory. */
export function instantiateKernels(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  wide: boolean,
): Kernels {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const kernels = bindKernels(instance.exports);
  kernels.useWideTiles(wide);
  return kernels;
}
