/** The GPU that a measurement ran on, with the versions that matter: stored beside its figures. */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNodeAdapter } from '../../src/platform/node/engine/gpu.ts';

export interface GpuDescription {
  readonly name: string;
  readonly driver: string;
  /** Whether a CPU emulates the GPU. */
  readonly software: boolean;
  /** The implementation of WebGPU, with its version. */
  readonly webgpu: string;
}

/** @throws Error where there is no adapter */
export async function describeGpu(): Promise<GpuDescription> {
  const adapter = await findNodeAdapter();
  if (adapter === undefined) throw new Error('There is no WebGPU adapter: couture checks says why.');
  const { name, driver, software } = adapter;
  return { name, driver, software, webgpu: `Dawn of npm's webgpu ${dawnVersion()}` };
}

function dawnVersion(): string {
  const entry = fileURLToPath(import.meta.resolve('webgpu'));
  return JSON.parse(readFileSync(join(dirname(entry), 'package.json'), 'utf8')).version;
}

/** `lavapipe of Mesa 25.0.7, a software adapter`; `NVIDIA H200, driver 580.159.04`. */
export function gpuText({ name, driver, software }: GpuDescription): string {
  const mesa = /^llvmpipe: Mesa ([\d.]+)/.exec(driver);
  const told = mesa
    ? `lavapipe of Mesa ${mesa[1]}`
    : /swiftshader/i.test(driver)
      ? driver
      : `${name}, ${driver}`;
  return software ? `${told}, a software adapter: the CPU emulates a GPU` : told;
}
