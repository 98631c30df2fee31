/** GPUs for tests: SwiftShader, a processor that stands in for one, and a backend that only says it were one. */

import { CoutureError } from '../src/core/errors.ts';
import type { Backend } from '../src/engine/backend.ts';
import { createBackend } from '../src/engine/create.ts';
import { hasGpuObject } from '../src/platform/node/engine/gpu.ts';
import { driverEnvironment } from './vulkan-drivers.ts';

/** The environment in which Dawn finds SwiftShader and nothing else, or why it cannot. */
export function swiftShader(): { readonly env: Record<string, string> } | { readonly missing: string } {
  if (!hasGpuObject()) return { missing: 'the package webgpu is not installed' };
  const env = driverEnvironment('SwiftShader');
  return env ? { env } : { missing: 'there is no SwiftShader, which Chromium brings along' };
}

/** What a stand-in does. */
export interface StandInOptions {
  /** The step of the run, counted from 0, at which the device is lost. */
  readonly lostAt?: number;
  /** Milliseconds that each call of `train` takes longer. */
  readonly delay?: number;
  /** Told of each call of `train`. */
  readonly onTrain?: () => void;
}

/** The wasm backend with another name: its bits are those of the CPU. */
export async function standInGpu(options: StandInOptions = {}): Promise<Backend> {
  const backend = await slowed(await createBackend(), options);
  return { ...backend, info: { name: 'webgpu', variant: 'stand-in', threads: 1 } };
}

/** A backend whose training takes longer, or fails. */
export function slowed(backend: Backend, { lostAt, delay = 0, onTrain }: StandInOptions): Backend {
  return {
    info: backend.info,
    upload: (images, shape) => backend.upload(images, shape),
    dispose: () => backend.dispose(),
    async createSession(program) {
      const session = await backend.createSession(program);
      return {
        infer: (...args) => session.infer(...args),
        read: (...args) => session.read(...args),
        write: (...args) => session.write(...args),
        dispose: () => session.dispose(),
        async train(request) {
          onTrain?.();
          if (lostAt !== undefined && request.firstStep + request.learningRates.length > lostAt)
            throw new CoutureError('backend', 'The GPU was lost: it was pulled out.');
          if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
          return await session.train(request);
        },
      };
    },
  };
}
