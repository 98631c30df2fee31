/** TensorFlow.js in a page: on its wasm backend, the build with threads where memory can be shared, else that with SIMD; or on WebGPU. */

import type * as Core from '@tensorflow/tfjs';
import type * as Backend from '@tensorflow/tfjs-backend-wasm';
import type { Networks } from '../peers/answer.ts';
import { type TfjsBackend, TfjsNetworks } from '../peers/tfjs-network.ts';
import { countCommands, withCommands } from './commands.ts';
import { fetchImages } from './images.ts';

const FOLDER = '/bench/node_modules/@tensorflow/';

/** What its scripts leave in the page. */
interface Globals {
  readonly tf: typeof Core & { readonly wasm: typeof Backend };
}

export async function openTfjs(threads: number, backend: TfjsBackend = 'wasm'): Promise<Networks> {
  await run(`${FOLDER}tfjs/dist/tf.min.js`);
  if (backend === 'webgpu') return await openGpu();
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

async function openGpu(): Promise<Networks> {
  const commands = countCommands();
  await run(`${FOLDER}tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js`);
  const { tf } = globalThis as unknown as Globals;
  if (!(await tf.setBackend('webgpu'))) throw new Error('the WebGPU backend did not start');
  await tf.ready();
  return withCommands(new TfjsNetworks(tf, await fetchImages('train'), 'webgpu'), commands);
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
