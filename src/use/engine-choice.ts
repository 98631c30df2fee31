/** Which engine something runs on: one that is started for it, or one that is there already. */

import { aNumber, aString, either, optional } from '../core/arguments.ts';
import { aBackend } from '../engine/argument-kinds.ts';
import type { Backend } from '../engine/backend.ts';
import type { BackendChoice } from '../engine/names.ts';

/** What a caller may say of the engine. */
export interface EngineChoice {
  /**
   * The name of a backend, which is started and disposed of with what uses it; or a backend of one's own, which stays. By
   * default `auto`: what trains measures whether a GPU is faster, and all else is done on the CPU.
   */
  readonly backend?: BackendChoice | Backend | undefined;
  /** Of a backend that is started. Default: one for each core. */
  readonly threads?: number | undefined;
}

/** What a platform needs to start one. */
export interface StartOptions {
  readonly backend?: BackendChoice | undefined;
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

/** The engine that was chosen. */
export async function openEngine(
  { backend, threads }: EngineChoice,
  start: StartBackend,
  fast = false,
): Promise<Engine> {
  if (typeof backend === 'object') return { backend, shared: true };
  return { backend: await start({ backend, threads, fast }), shared: false };
}
