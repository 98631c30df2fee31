/** TensorFlow.js in a page, on its wasm backend: the build with threads where memory can be shared, else that with SIMD. */

import type * as Core from '@tensorflow/tfjs';
import type * as Backend from '@tensorflow/tfjs-backend-wasm';
import { TfjsNetworks } from '../peers/tfjs-network.ts';
import { fetchImages } from './images.ts';

const FOLDER = '/bench/node_modules/@tensorflow/';

/** What its scripts leave in the page. */
interface Globals {
  readonly tf: typeof Core & { readonly wasm: typeof Backend };
}

export async function openTfjs(threads: number): Promise<TfjsNetworks> {
  await run(`${FOLDER}tfjs/dist/tf.min.js`);
  await run(`${FOLDER}tfjs-backend-wasm/dist/tf-backend-wasm.min.js`);
  const { tf } = globalThis as unknown as Globals;
  // It starts threads for half of the cores at most.
  if (threads > 1) Object.defineProperty(navigator, 'hardwareConcurrency', { value: 2 * threads });
  tf.wasm.setThreadsCount(threads);
  tf.wasm.setWasmPaths(`${FOLDER}tfjs-backend-wasm/dist/`);
  if (!(await tf.setBackend('wasm'))) throw new Error('the wasm backend did not start');
  await tf.ready();
  if (threads > 1 && tf.wasm.getThreadsCount() !== threads)
    throw new Error(`it took ${tf.wasm.getThreadsCount()} threads`);
  return new TfjsNetworks(tf, await fetchImages('train'));
}

async function run(address: string): Promise<void> {
  const script = document.createElement('script');
  script.src = address;
  await new Promise((loaded, failed) => {
    script.addEventListener('load', loaded);
    script.addEventListener('error', () => failed(new Error(`${address} could not be loaded`)));
    document.head.append(script);
  });
}
