/** The engine in a page or a web worker: Workers over shared memory where the page is cross-origin isolated. */

import type { Backend } from '../../engine/backend.ts';
import { type BackendName, createBackend } from '../../engine/create.ts';
import { threadsForCores } from '../../engine/threads.ts';
import type { FromWorker, WorkerHandle } from '../../engine/wasm/protocol.ts';

export interface WebBackendOptions {
  /** Default: wasm. */
  readonly backend?: BackendName;
  /** Default: as many as there are cores. One, on the caller's thread, where memory cannot be shared. */
  readonly threads?: number;
}

/**
 * Starts a backend for this page. Where the page is not cross-origin isolated (no SharedArrayBuffer) work runs
 * on the caller's thread in pieces of about 0.1 s, so call it from a worker of your own there.
 * @throws CoutureError of kind `usage` or `backend`, see `createBackend`
 */
export async function createWebBackend(options: WebBackendOptions = {}): Promise<Backend> {
  const { backend = 'wasm', threads = threadsForCores(navigator.hardwareConcurrency) } = options;
  const shareable = globalThis.crossOriginIsolated === true && typeof Worker !== 'undefined';
  return createBackend({ backend, threads, spawn: shareable ? spawnWorker : undefined });
}

function spawnWorker(): WorkerHandle {
  // Bundlers recognize this very form and carry the worker along.
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  return {
    post(message) {
      worker.postMessage(message);
    },
    listen(listener) {
      worker.addEventListener('message', (event: MessageEvent<FromWorker>) => listener(event.data));
      worker.addEventListener('error', (event) => {
        listener({
          type: 'failed',
          message: event.message || 'its script could not be loaded',
          stack: undefined,
        });
      });
    },
    terminate() {
      worker.terminate();
      return Promise.resolve();
    },
  };
}
