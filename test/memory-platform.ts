/** A platform for tests of runs: everything in memory, the tiny data set, one thread. */

import { createBackend } from '../src/engine/create.ts';
import { givenDatasets } from '../src/runs/given-data.ts';
import { MemoryStore } from '../src/runs/memory-store.ts';
import type { RunPlatform } from '../src/runs/platform.ts';
import type { RunStore } from '../src/runs/store.ts';
import { tinyTest, tinyTrain } from './tiny-data.ts';

/** @param store where its runs are kept; a new one by default */
export function memoryPlatform(store: RunStore = new MemoryStore()): RunPlatform {
  return {
    store,
    loadSplit: givenDatasets([tinyTrain, tinyTest]),
    createBackend: async ({ fast = false }) => await createBackend({ fast }),
    describeMachine: () => ({ platform: 'memory', cpu: 'none', cores: 1 }),
  };
}
