/** jax-js with its wasm backend as a contender: `node jax.ts THREADS`. */

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker as NodeWorker } from 'node:worker_threads';
import { readImages } from '../data.ts';
import { medianOf, serve, timed } from '../protocol.ts';
import { answer } from './answer.ts';
import { JaxNetworks } from './jax-network.ts';

const threads = Number(process.argv[2]);
if (threads > 1) lendWorkers();
const jax = await import('@jax-js/jax');
await jax.init('wasm');
jax.defaultDevice('wasm');

/** It starts threads only where there are Web Workers; Node's own are close enough to stand in. */
function lendWorkers(): void {
  const sources = new Map<string, Promise<string>>();
  let made = 0;
  URL.createObjectURL = (blob) => {
    const url = `blob:bench/${made++}`;
    sources.set(url, (blob as Blob).text());
    return url;
  };
  URL.revokeObjectURL = () => {};
  class LentWorker {
    onmessage: ((event: { data: unknown }) => void) | null = null;
    onerror: ((event: { message: string }) => void) | null = null;
    readonly #worker: Promise<NodeWorker>;
    constructor(url: string) {
      this.#worker = (sources.get(url) ?? Promise.reject(new Error(url))).then((source) => {
        const prologue =
          "const { parentPort } = require('node:worker_threads'); const self = globalThis;" +
          'globalThis.postMessage = (data) => parentPort.postMessage(data);' +
          "parentPort.on('message', (data) => self.onmessage({ data }));";
        const worker = new NodeWorker(prologue + source, { eval: true });
        worker.on('message', (data) => this.onmessage?.({ data }));
        worker.on('error', (error) => this.onerror?.(error));
        return worker;
      });
    }
    postMessage(data: unknown): void {
      void this.#worker.then((worker) => worker.postMessage(data));
    }
  }
  Object.assign(globalThis, { Worker: LentWorker });
  Object.defineProperty(globalThis, 'navigator', {
    value: { hardwareConcurrency: Math.min(threads, availableParallelism()) },
  });
}

const about = new URL('../package.json', import.meta.resolve('@jax-js/jax'));
const { version } = JSON.parse(readFileSync(about, 'utf8'));
const networks = new JaxNetworks(jax, version, readImages('train'));
await serve((question) => answer(networks, question, { timed, medianOf }));
