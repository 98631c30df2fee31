/** The engine on Node: worker_threads, and V8's pairing of vectors where it can be switched on. */

import { availableParallelism } from 'node:os';
import v8 from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Backend } from '../../engine/backend.ts';
import { type BackendName, createBackend } from '../../engine/create.ts';
import type { FromWorker, WorkerHandle } from '../../engine/wasm/protocol.ts';

export interface NodeBackendOptions {
  /** Default: wasm. */
  readonly backend?: BackendName | undefined;
  /** Default: as many as there are cores. */
  readonly threads?: number | undefined;
  /** Pair 128-bit vectors where V8 can; default true. The bits are the same either way. */
  readonly pairing?: boolean | undefined;
}

/** The first major version of Node whose V8 pairs the kernels' vectors rightly and to their gain. */
const PAIRING_SINCE = 24;

/**
 * Starts a backend for this process.
 * @throws CoutureError of kind `usage` or `backend`, see `createBackend`
 */
export async function createNodeBackend(options: NodeBackendOptions = {}): Promise<Backend> {
  const { backend = 'wasm', threads = availableParallelism(), pairing = true } = options;
  const wide = backend === 'wasm' && pairing && switchOnPairing();
  return createBackend({ backend, threads, wide, spawn: spawnWorker });
}

/** Must come before the kernels are compiled. The results are the same bits; see test/contract. */
function switchOnPairing(): boolean {
  const wanted = process.arch === 'x64' && Number(process.versions.node.split('.')[0]) >= PAIRING_SINCE;
  if (wanted) v8.setFlagsFromString('--experimental-wasm-revectorize');
  return wanted;
}

function spawnWorker(): WorkerHandle {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./worker.${extension}`, import.meta.url));
  // A waiting worker must not keep the process alive; one that owes an answer must.
  worker.unref();
  return {
    post(message) {
      worker.ref();
      worker.postMessage(message);
    },
    listen(listener) {
      worker.on('message', (message: FromWorker) => {
        worker.unref();
        listener(message);
      });
      worker.on('error', (error) => listener({ type: 'failed', message: error.message, stack: error.stack }));
      worker.on('exit', (code) => {
        if (code !== 0)
          listener({ type: 'failed', message: `it stopped with code ${code}`, stack: undefined });
      });
    },
    async terminate() {
      worker.removeAllListeners();
      await worker.terminate();
    },
  };
}
