/** Which engine something runs on: one that is started for it, or one that is there already. */

import { aNumber, aString, either, optional } from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { aBackend } from '../engine/argument-kinds.ts';
import type { Backend } from '../engine/backend.ts';
import type { BackendName } from '../engine/create.ts';

/** What a caller may say of the engine. */
export interface EngineChoice {
  /**
   * The name of a backend, which is started and disposed of with what uses it; or a backend of one's own, which stays. By
   * default the fastest on a CPU.
   */
  readonly backend?: BackendName | Backend | undefined;
  /** Of a backend that is started. Default: one for each core. */
  readonly threads?: number | undefined;
}

/** What a platform needs to start one. */
export interface StartOptions {
  readonly backend?: BackendName | undefined;
  readonly threads?: number | undefined;
  /** Fused products and sums. */
  readonly fast?: boolean | undefined;
}

export type StartBackend = (options: StartOptions) => Promise<Backend>;

/** The kinds of the fields of `EngineChoice`. */
export const engineFields = { backend: optional(either(aString, aBackend)), threads: optional(aNumber) };

/** A backend, and whether it is somebody else's. */
export interface Engine {
  readonly backend: Backend;
  readonly shared: boolean;
}

/**
 * The engine that was chosen.
 * @throws CoutureError of kind `interrupted` as soon as `signal` aborts; an engine that starts after that is stopped
 */
export async function openEngine(
  { backend, threads }: EngineChoice,
  start: StartBackend,
  { fast = false, signal }: { readonly fast?: boolean; readonly signal?: AbortSignal | undefined } = {},
): Promise<Engine> {
  if (typeof backend === 'object') return { backend, shared: true };
  const starting = start({ backend, threads, fast });
  if (signal === undefined) return { backend: await starting, shared: false };
  return await new Promise((resolve, reject) => {
    const stop = (): void =>
      reject(
        new CoutureError('interrupted', 'Stopped before the engine had started.', { cause: signal.reason }),
      );
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    starting
      .then(async (started) => {
        signal.removeEventListener('abort', stop);
        if (signal.aborted) await started.dispose();
        else resolve({ backend: started, shared: false });
      })
      .catch(reject);
  });
}
