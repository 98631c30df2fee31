/** What a worker does that is one of the engine's threads in a page. */

import type { ToWorker } from '../../engine/wasm/protocol.ts';
import { createWorkerLoop } from '../../engine/wasm/worker-loop.ts';

/** Answers the messages of the engine. */
export function serveThread(): void {
  const answer = createWorkerLoop((message) => postMessage(message));
  addEventListener('message', (event: MessageEvent<ToWorker>) => answer(event.data));
}
