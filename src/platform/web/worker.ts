/** Entry of a worker in a page. */

import type { ToWorker } from '../../engine/wasm/protocol.ts';
import { createWorkerLoop } from '../../engine/wasm/worker-loop.ts';

const answer = createWorkerLoop((message) => postMessage(message));
addEventListener('message', (event: MessageEvent<ToWorker>) => answer(event.data));
