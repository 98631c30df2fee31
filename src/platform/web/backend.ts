/** The engine in a page: in a worker of its own, with threads over shared memory where the page is cross-origin isolated. */

import { aBoolean, anything, checkArguments, optional, optionsOf } from '../../core/arguments.ts';
import type { Backend } from '../../engine/backend.ts';
import { createBackend } from '../../engine/create.ts';
import type { BackendChoice } from '../../engine/names.ts';
import { connectBackend } from '../../engine/remote/client.ts';
import type { FromHost, HostPort } from '../../engine/remote/protocol.ts';
import { threadsForCores } from '../../engine/threads.ts';
import { hearFailures, startWorker } from './start-worker.ts';

const here = import.meta.url;

/** How a backend is started in a page. */
export interface WebBackendOptions {
  /** Default: auto, which is the CPU here; `fit` and `trainRun`, which know what is trained, measure which is faster. */
  readonly backend?: BackendChoice | undefined;
  /** Default: as many as there are cores. One where memory cannot be shared. */
  readonly threads?: number | undefined;
  /**
   * Fused products and sums; default false. Faster, but another machine may give other bits. In a browser without relaxed
   * SIMD arithmetic stays exact, and `info.variant` has no `-fast`.
   */
  readonly fast?: boolean | undefined;
}

const webOptions = optionsOf<WebBackendOptions>({
  ...{ backend: anything, threads: anything, fast: optional(aBoolean) },
});

/**
 * Starts a backend for this page, in a worker: the page never freezes, isolated or not. Where the page is cross-origin
 * isolated (SharedArrayBuffer), the worker has threads; elsewhere it works alone. Without workers (Node), the caller's
 * thread does the work.
 * @throws CoutureError of kind `usage` or `backend`, see `createBackend`; `runtime` when the worker cannot be started
 */
export async function createWebBackend(options: WebBackendOptions = {}): Promise<Backend> {
  checkArguments('createWebBackend', { options: [options, webOptions] });
  const {
    backend = 'auto',
    threads = threadsForCores(navigator.hardwareConcurrency),
    fast = false,
  } = options;
  const wanted = { backend, threads, fast };
  return typeof Worker === 'undefined' ? createBackend(wanted) : connectBackend(startEngine(), wanted);
}

function startEngine(): HostPort {
  const worker = startWorker(
    // Bundlers recognize exactly this form and include the worker.
    () => new Worker(new URL('./engine-worker.js', import.meta.url), { type: 'module' }),
    new URL('engine-worker.js', here),
  );
  return {
    post(message, transfer) {
      worker.postMessage(message, transfer);
    },
    listen(heard, failed) {
      worker.addEventListener('message', (event: MessageEvent<FromHost>) => heard(event.data));
      hearFailures(worker, failed);
    },
    terminate() {
      worker.terminate();
      return Promise.resolve();
    },
  };
}
