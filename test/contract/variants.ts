/** Every way to run the engine here: each must give the reference backend's bits. */

import type { Backend } from '../../src/engine/backend.ts';
import { createBackend } from '../../src/engine/create.ts';
import { createNodeBackend } from '../../src/platform/node/engine/backend.ts';
import { behindMessages } from './behind-messages.ts';

export const variants: Readonly<Record<string, () => Promise<Backend>>> = {
  'wasm, caller’s thread': () => createBackend({ backend: 'wasm' }),
  'wasm, caller’s thread, wide tiles': () => createBackend({ backend: 'wasm', wide: true }),
  'wasm, 1 thread': () => createNodeBackend({ threads: 1 }),
  'wasm, 2 threads': () => createNodeBackend({ threads: 2 }),
  'wasm, 2 threads, no pairing': () => createNodeBackend({ threads: 2, pairing: false }),
  'wasm, 3 threads': () => createNodeBackend({ threads: 3 }),
  'wasm, 2 threads, behind messages': () => behindMessages(() => createNodeBackend({ threads: 2 })),
};
