/** The exports of kernels/ with their types, and how a module is compiled. */

import { CoutureError } from '../../core/errors.ts';
import { kernelModules } from './kernels.generated.ts';

type Kernel = (...args: number[]) => void;

/** One instance of the kernels: addresses and sizes in, nothing out. Arguments are in the order of kernels/*.ts. */
export interface Kernels {
  readonly useWideTiles: (on: number) => void;
  readonly barrier: (at: number, threads: number) => void;
  readonly augment: Kernel;
  readonly mix: Kernel;
  readonly gather: Kernel;
  readonly normalize: Kernel;
  readonly scatter: Kernel;
  readonly linear: Kernel;
  readonly activate: Kernel;
  readonly activateGradient: Kernel;
  readonly layerNorm: Kernel;
  readonly layerNormGradient: Kernel;
  readonly affineGradient: Kernel;
  readonly logSoftmax: Kernel;
  readonly nllGradient: Kernel;
  readonly softGradient: Kernel;
  readonly inputGradient: Kernel;
  readonly weightGradient: Kernel;
  readonly updateWeights: Kernel;
  readonly update: Kernel;
  readonly blend: Kernel;
  readonly gradientSquares: Kernel;
  readonly clipFactor: Kernel;
  readonly scaleGradient: Kernel;
  readonly expNonPositive: (x: number) => number;
  readonly logFromOne: (x: number) => number;
}

/** An empty custom section named `w`: V8 keeps machine code by the module's bytes, and wide kernels need their own. */
const WIDE_MARK = '\0\x02\x01w';

/** Which of the compiled kernels. */
export interface KernelChoice {
  /** For shared memory. */
  readonly shared: boolean;
  /** For an engine that pairs vectors: such a module shares no machine code with a plain one. */
  readonly wide: boolean;
  /** Products and sums may be fused: faster, and its bits are the machine's. */
  readonly fast: boolean;
}

/**
 * Compiles the kernels.
 * @throws CoutureError of kind `backend` where WebAssembly or its SIMD is missing
 */
export async function compileKernels({ shared, wide, fast }: KernelChoice): Promise<WebAssembly.Module> {
  const base64 = kernelModules[`${shared ? 'shared' : 'single'}${fast ? 'Fast' : ''}`];
  const text = atob(base64) + (wide ? WIDE_MARK : '');
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
  if (typeof WebAssembly !== 'undefined' && WebAssembly.validate(bytes)) return WebAssembly.compile(bytes);
  if (fast) {
    throw new CoutureError(
      'backend',
      'This environment has no WebAssembly relaxed SIMD, which fast arithmetic needs.',
      { hint: 'Leave fast out: exact arithmetic runs wherever WebAssembly SIMD does.' },
    );
  }
  throw new CoutureError(
    'backend',
    'This environment has no WebAssembly SIMD, which the wasm backend needs.',
    { hint: 'Use Node 22 or later or a current browser, or the slow reference backend.' },
  );
}

/** One thread's instance over the common memory. */
export function instantiateKernels(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  wide: boolean,
): Kernels {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  // The module is our own, built with this file: its exports are these.
  const kernels = instance.exports as unknown as Kernels;
  kernels.useWideTiles(wide ? 1 : 0);
  return kernels;
}
