/** jax-js in a page: on its wasm backend, which takes a thread for each core where memory can be shared, or on WebGPU. */

import type * as Jax from '@jax-js/jax';
import type { Networks } from '../peers/answer.ts';
import { type JaxDevice, JaxNetworks } from '../peers/jax-network.ts';
import { countCommands, withCommands } from './commands.ts';
import { fetchImages } from './images.ts';

const FOLDER = '/bench/node_modules/@jax-js/jax/';

export async function openJax(device: JaxDevice = 'wasm'): Promise<Networks> {
  const jax: typeof Jax = await import(`${FOLDER}dist/index.js`);
  const commands = device === 'webgpu' ? countCommands() : undefined;
  await jax.init(device);
  jax.defaultDevice(device);
  const { version } = await (await fetch(`${FOLDER}package.json`)).json();
  const networks = new JaxNetworks(jax, version, await fetchImages('train'), device);
  return commands ? withCommands(networks, commands) : networks;
}
