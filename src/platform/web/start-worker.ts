/** Starts a worker of this package, wherever the package was loaded from. */

import { NOT_LOADED } from '../../engine/remote/protocol.ts';

/**
 * @param start makes the worker in the form that bundlers recognize
 * @param address of the worker's script, for a page that imports the package from another origin: a browser starts no
 *   worker from there, but lets a worker of the page's own import it
 */
export function startWorker(start: () => Worker, address: URL): Worker {
  // A policy that refuses the other origin would not throw, so the attempt is not made.
  if (address.origin === globalThis.origin) {
    try {
      return start();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'SecurityError') throw error;
    }
  }
  const script = new Blob([`import ${JSON.stringify(address.href)};`], { type: 'text/javascript' });
  const own = URL.createObjectURL(script);
  const worker = new Worker(own, { type: 'module' });
  worker.addEventListener('message', () => URL.revokeObjectURL(own), { once: true });
  return worker;
}

/** Reports everything that ends a worker, with a message. */
export function hearFailures(worker: Worker, failed: (reason: string) => void): void {
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    failed(event.message || NOT_LOADED);
  });
  worker.addEventListener('messageerror', () => failed('a message could not be read'));
}
