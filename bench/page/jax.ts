/** jax-js in a page, on its wasm backend; it takes a thread for each core where memory can be shared. */

import type * as Jax from '@jax-js/jax';
import { JaxNetworks } from '../peers/jax-network.ts';
import { fetchImages } from './images.ts';

const FOLDER = '/bench/node_modules/@jax-js/jax/';

export async function openJax(): Promise<JaxNetworks> {
  const jax: typeof Jax = await import(`${FOLDER}dist/index.js`);
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  const { version } = await (await fetch(`${FOLDER}package.json`)).json();
  return new JaxNetworks(jax, version, await fetchImages('train'));
}
