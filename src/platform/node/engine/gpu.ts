/** The GPU object on Node: the optional package `webgpu`, which is Dawn; Deno has one of its own. */

import { tmpdir } from 'node:os';
import { CoutureError } from '../../../core/errors.ts';
import { type Adapter, findAdapter, listAdapters } from '../../../engine/adapter.ts';

/** Not a literal where it is imported: the package is an optional peer, and its absence is no error of types. */
const PACKAGE: string = 'webgpu';

/** What the package gives. */
interface Dawn {
  create(options: string[]): GPU;
}

/**
 * Dawn's GPU objects, by their options: never let go of. Dawn 0.6.2 ends the whole process when one is collected, and does
 * not keep a process alive that has nothing else to do.
 */
const held = new Map<string, GPU>();

/**
 * The GPU object of this process.
 * @param options Dawn's own, such as `enable-dawn-features=…`
 * @throws CoutureError of kind `backend` where the package is missing or does not load
 */
export async function nodeGpu(options: readonly string[] = []): Promise<GPU> {
  // Vulkan complains on standard error where a server has no such folder, though nothing here needs it.
  const { XDG_RUNTIME_DIR = tmpdir() } = process.env;
  if (process.platform === 'linux') Object.assign(process.env, { XDG_RUNTIME_DIR });
  const own = globalThis.navigator?.gpu;
  if (own) return own;
  try {
    const known = held.get(options.join());
    if (known !== undefined) return known;
    const dawn: Dawn = await import(PACKAGE);
    const made = dawn.create([...options]);
    held.set(options.join(), made);
    return made;
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

/** Whether there is a GPU object to be had: the package `webgpu`, or the runtime's own. */
export function hasGpuObject(): boolean {
  if (globalThis.navigator?.gpu) return true;
  try {
    return import.meta.resolve(PACKAGE) !== '';
  } catch {
    return false;
  }
}

/** The adapter that the GPU backend takes; undefined where there is none, or the package is missing. */
export async function findNodeAdapter(): Promise<Adapter | undefined> {
  if (!hasGpuObject()) return undefined;
  const gpu = await nodeGpu().catch(() => undefined);
  return gpu && (await findAdapter(gpu));
}

/**
 * All adapters that can be asked for, the one that is taken first.
 * @throws CoutureError of kind `backend` where the package is missing or does not load
 */
export async function listNodeAdapters(): Promise<Adapter[]> {
  return await listAdapters(await nodeGpu());
}
