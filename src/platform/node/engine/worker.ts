/** Entry of a worker thread on Node. */

import { parentPort } from 'node:worker_threads';
import { createWorkerLoop } from '../../../engine/wasm/worker-loop.ts';

const port = parentPort;
if (!port) throw new Error('This file runs only as a worker thread.');
port.on(
  'message',
  createWorkerLoop((message) => port.postMessage(message)),
);
