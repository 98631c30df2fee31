/** The backends that the golden suite runs against, by a line each; the contract suite's are in contract/variants.ts. */

import type { Backend } from '../src/engine/backend.ts';
import { createNodeBackend } from '../src/platform/node/engine/backend.ts';

export interface TestedBackend {
  /** What tests call it. */
  readonly title: string;
  readonly create: () => Promise<Backend>;
}

export const testedBackends: readonly TestedBackend[] = [
  { title: 'reference', create: () => createNodeBackend({ backend: 'reference', threads: 1 }) },
  { title: 'wasm, 1 thread', create: () => createNodeBackend({ backend: 'wasm', threads: 1 }) },
  { title: 'wasm, 2 threads', create: () => createNodeBackend({ backend: 'wasm', threads: 2 }) },
  { title: 'wasm, 3 threads', create: () => createNodeBackend({ backend: 'wasm', threads: 3 }) },
];
