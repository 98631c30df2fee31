/** The engine's threads in a browser, which the worker that has the engine starts. */

import type { FromWorker, WorkerHandle } from '../../engine/wasm/platform.ts';
import { hearFailures, startWorker } from './start-worker.ts';

const here = import.meta.url;

/** Starts a thread that runs jobs. */
export function spawnThread(): WorkerHandle {
  const worker = startWorker(
    // Bundlers recognize exactly this form and include the worker.
    () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
    new URL('worker.js', here),
  );
  return {
    post(message) {
      worker.postMessage(message);
    },
    listen(listener) {
      worker.addEventListener('message', (event: MessageEvent<FromWorker>) => listener(event.data));
      hearFailures(worker, (message) => listener({ type: 'failed', message, stack: undefined }));
    },
    terminate() {
      worker.terminate();
      return Promise.resolve();
    },
  };
}
