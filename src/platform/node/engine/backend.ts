/** The engine on Node: worker_threads, and V8's pairing of vectors where that can be switched on. */

import { availableParallelism, totalmem } from 'node:os';
import { Worker } from 'node:worker_threads';
import { aBoolean, anything, checkArguments, optional, optionsOf } from '../../../core/arguments.ts';
import { CoutureError } from '../../../core/errors.ts';
import { inQuotes } from '../../../core/printable.ts';
import type { Backend } from '../../../engine/backend.ts';
import { createBackend } from '../../../engine/create.ts';
import { type BackendChoice, exactBackend } from '../../../engine/names.ts';
import { readBackendChoice } from '../../../engine/read-choice.ts';
import { MAX_THREADS, threadsForCores } from '../../../engine/threads.ts';
import type { CompileKernels, FromWorker, WorkerHandle } from '../../../engine/wasm/platform.ts';
import { nodeGpu } from './gpu.ts';
import { canPair, createPaired, setPairing } from './pairing.ts';

/** How a backend is started in Node. */
export interface NodeBackendOptions {
  /** Default: the environment's COUTURE_BACKEND, else auto, which is the CPU here; training measures which is faster. */
  readonly backend?: BackendChoice | undefined;
  /** Default: as many as the environment's COUTURE_THREADS says, else as there are cores. */
  readonly threads?: number | undefined;
  /** Pair 128-bit vectors where V8 can; default true. The bits are the same either way. */
  readonly pairing?: boolean | undefined;
  /** Fused products and sums; default false. Faster, but another machine may give other bits. */
  readonly fast?: boolean | undefined;
}

const nodeOptions = optionsOf<NodeBackendOptions>({
  ...{ backend: anything, threads: anything, pairing: optional(aBoolean), fast: optional(aBoolean) },
});

/**
 * Starts a backend for this process.
 * @throws CoutureError of kind `usage` or `backend`, see `createBackend`
 */
export async function createNodeBackend(options: NodeBackendOptions = {}): Promise<Backend> {
  checkArguments('createNodeBackend', { options: [options, nodeOptions] });
  const { pairing = true, fast = false } = options;
  const backend = exactBackend(options.backend ?? standardBackend());
  // The others have one thread, whatever is said.
  const threads = options.threads ?? (backend === 'wasm' ? defaultThreads() : 1);
  const create = (wide: boolean, compile?: CompileKernels) =>
    createBackend({
      ...{ backend, threads, wide, fast, compile, spawn: spawnWorker, gpu: nodeGpu },
      memory: machineMemory(),
    });
  if (backend !== 'wasm' || !pairing || !canPair()) return create(false);
  // Fast kernels have no reference but the same machine's without pairing.
  const oracle = () => createBackend(fast ? { fast } : { backend: 'reference' });
  return createPaired(create, oracle, setPairing);
}

/** Bytes of memory of this machine, or of the container that this process is in. */
function machineMemory(): number {
  // 0 where nothing constrains; Bun and Deno may not have it.
  const constrained = process.constrainedMemory?.() ?? 0;
  return Math.min(totalmem(), constrained > 0 ? constrained : Number.POSITIVE_INFINITY);
}

/**
 * The backend where nobody says which: that of COUTURE_BACKEND, or `auto`.
 * @throws CoutureError of kind `usage` when COUTURE_BACKEND is set, but no backend
 */
export function standardBackend({ COUTURE_BACKEND: text }: NodeJS.ProcessEnv = process.env): BackendChoice {
  return text === undefined || text === '' ? 'auto' : readBackendChoice(text, 'COUTURE_BACKEND');
}

/**
 * Threads where nobody says how many: those of COUTURE_THREADS, or one for each core.
 * @throws CoutureError of kind `usage` when COUTURE_THREADS is set, but no number of threads
 */
function defaultThreads({ COUTURE_THREADS: text }: NodeJS.ProcessEnv = process.env): number {
  if (text === undefined || text === '') return threadsForCores(availableParallelism());
  const threads = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (threads >= 1 && threads <= MAX_THREADS) return threads;
  throw new CoutureError(
    'usage',
    `COUTURE_THREADS is ${inQuotes(text)}, not a number of threads from 1 to ${MAX_THREADS}.`,
    {
      hint: 'Set it to a number such as 2, or unset it for one thread for each core.',
    },
  );
}

/** Starts a thread that runs jobs. */
export function spawnWorker(): WorkerHandle {
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
