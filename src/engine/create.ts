/** The one door to the backends. */

import { anObject, checkArguments, optional } from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import type { Backend } from './backend.ts';
import { createReferenceBackend } from './reference/backend.ts';
import { MAX_THREADS } from './threads.ts';
import { createWasmBackend } from './wasm/backend.ts';
import type { SpawnWorker } from './wasm/protocol.ts';

/** Backends by name, in the order of preference. */
export const backendNames = ['wasm', 'reference'] as const;
export type BackendName = (typeof backendNames)[number];

export interface BackendOptions {
  /** Default: wasm. */
  readonly backend?: BackendName;
  /** Threads of the wasm backend; default 1. */
  readonly threads?: number;
  /** How this platform starts a worker; without it the wasm backend runs on the caller's thread. */
  readonly spawn?: SpawnWorker | undefined;
  /** The JavaScript engine pairs 128-bit vectors into 256-bit registers; see docs/performance.md. */
  readonly wide?: boolean;
  /** Products and sums may be fused: faster, but the bits are the machine's own. Not for the reference backend. */
  readonly fast?: boolean;
}

/**
 * Starts a backend. Node's `createNodeBackend` and a page's `createWebBackend` fill in the platform's part.
 * @throws CoutureError of kind `usage` for an unknown name or thread count, `backend` where it cannot run
 */
export async function createBackend(options: BackendOptions = {}): Promise<Backend> {
  checkArguments('createBackend', { options: [options, optional(anObject)] });
  const { backend = 'wasm', threads = 1, spawn, wide = false, fast = false } = options;
  if (!Number.isInteger(threads) || threads < 1 || threads > MAX_THREADS) {
    throw new CoutureError(
      'usage',
      `Invalid thread count ${threads}: expected an integer from 1 to ${MAX_THREADS}.`,
    );
  }
  if (backend === 'reference' && fast)
    throw new CoutureError(
      'usage',
      'The reference backend is exact; leave out fast or use the wasm backend.',
    );
  if (backend === 'reference') return createReferenceBackend();
  if (backend === 'wasm') return createWasmBackend({ threads, spawn, wide, fast });
  throw new CoutureError('usage', `Unknown backend ${String(backend)}.`, {
    hint: `The backends are ${backendNames.join(' and ')}.`,
  });
}
