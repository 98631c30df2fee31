/** Chooses the engine: a new one, or an existing one. */

import { aNumber, aString, either, optional } from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { untilAborted } from '../core/until-aborted.ts';
import { aBackend } from '../engine/argument-kinds.ts';
import type { Backend } from '../engine/backend.ts';
import type { BackendChoice } from '../engine/names.ts';

/** Options for the engine. */
export interface EngineChoice {
  /**
   * The name of a backend, which is started and disposed of with its user; or your own backend, which stays.
   * By default `auto`: training measures whether a GPU is faster, and all else uses the CPU.
   */
  readonly backend?: BackendChoice | Backend | undefined;
  /** Number of threads of a new backend. Default: one for each core. */
  readonly threads?: number | undefined;
}

/** What a platform needs to start a backend. */
export interface StartOptions {
  readonly backend?: BackendChoice | undefined;
  readonly threads?: number | undefined;
  /** Fused products and sums. */
  readonly fast?: boolean | undefined;
}

export type StartBackend = (options: StartOptions) => Promise<Backend>;

/** The kinds of the fields of `EngineChoice`. */
export const engineFields = { backend: optional(either(aString, aBackend)), threads: optional(aNumber) };

/** @throws CoutureError of kind `usage` for a number of threads beside a backend that exists and has its own */
export function checkThreads({ backend, threads }: EngineChoice): void {
  if (typeof backend !== 'object' || threads === undefined) return;
  throw new CoutureError('usage', 'options.threads cannot be used with a backend of your own.', {
    hint: 'Leave it out, or give the number of threads where you create the backend.',
  });
}

/** A backend, and whether its owner is the caller. */
export interface Engine {
  readonly backend: Backend;
  readonly shared: boolean;
}

/**
 * The chosen engine.
 * @throws CoutureError of kind `usage` for threads of a backend that exists, `interrupted` as soon as `signal` aborts; an engine that starts after that is stopped
 */
export async function openEngine(
  { backend, threads }: EngineChoice,
  start: StartBackend,
  { fast = false, signal }: { readonly fast?: boolean; readonly signal?: AbortSignal | undefined } = {},
): Promise<Engine> {
  checkThreads({ backend, threads });
  if (typeof backend === 'object') return { backend, shared: true };
  const starting = start({ backend, threads, fast });
  const message = 'Stopped before the engine had started.';
  const started = await untilAborted(starting, signal, message, (late) => late.dispose());
  return { backend: started, shared: false };
}
