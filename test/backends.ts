/** The backends that the contract and golden suites run against. One line here puts a new one through both. */

import type { Backend } from '../src/engine/backend.ts';
import { createNodeBackend } from '../src/platform/node/backend.ts';

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
