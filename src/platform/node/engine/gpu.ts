/** The GPU object on Node: the optional package `webgpu`, which is Dawn; Deno has one of its own. */

import { CoutureError } from '../../../core/errors.ts';

/** What the package gives. */
interface Dawn {
  create(options: string[]): GPU;
}

/**
 * A GPU object of this process. Whoever holds it keeps the process alive, so it must be let go of.
 * @param options Dawn's own, such as `enable-dawn-features=…`
 * @throws CoutureError of kind `backend` where the package is missing or does not load
 */
export async function nodeGpu(options: readonly string[] = []): Promise<GPU> {
  const own = globalThis.navigator?.gpu;
  if (own) return own;
  // Not a literal: the package is an optional peer, and its absence is no error of types.
  const name = 'webgpu';
  try {
    const dawn: Dawn = await import(name);
    return dawn.create([...options]);
  } catch (cause) {
    throw new CoutureError(
      'backend',
      'The GPU cannot be used: the package webgpu is missing or does not load.',
      {
        hint: 'Add it with: npm install webgpu',
        cause,
      },
    );
  }
}
