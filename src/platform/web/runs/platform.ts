/** The platform of a page for runs: its private files, its workers, and its data sets. */

import type { Dataset } from '../../../data/dataset.ts';
import { givenDatasets } from '../../../runs/given-data.ts';
import type { RunPlatform } from '../../../runs/platform.ts';
import type { RunStore } from '../../../runs/store.ts';
import { createWebBackend } from '../backend.ts';
import { findWebAdapter } from '../gpu.ts';

/** Parts of the platform of a page. */
export interface WebPlatformOptions {
  /** Of `openOpfsStore()`, or a `MemoryStore` for runs that are not kept. */
  readonly store: RunStore;
  /** Both splits of every data set that runs are made with. */
  readonly datasets: readonly Dataset[];
}

/**
 * The platform of a page, for everything in `couture/runs`.
 * @example
 * const platform = webPlatform({ store: await openOpfsStore(), datasets: [train, test] });
 * const { run, metrics } = await trainRun(platform, { config: resolveConfig({ dataset: train }) });
 */
export function webPlatform({ store, datasets }: WebPlatformOptions): RunPlatform {
  return {
    store,
    loadSplit: givenDatasets(datasets),
    createBackend: createWebBackend,
    findAdapter: findWebAdapter,
    describeMachine: () => ({
      platform: navigator.userAgent,
      cpu: 'unknown',
      cores: navigator.hardwareConcurrency,
    }),
    // A worker has none.
    ...(typeof document !== 'undefined' && { document: () => Promise.resolve(document) }),
  };
}
