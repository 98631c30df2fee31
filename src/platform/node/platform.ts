/**
 * The platform of Node for runs: folders, data sets, threads, and figures, whose code is loaded on demand.
 */

import { checkArguments, type Kind } from '../../core/arguments.ts';
import type { RunPlatform } from '../../runs/platform.ts';
import { createNodeBackend, standardBackend } from './engine/backend.ts';
import { costsIn } from './engine/costs.ts';
import { findNodeAdapter } from './engine/gpu.ts';
import { describeMachine } from './machine.ts';
import { modelFolders } from './models-folder.ts';
import { folderStore } from './runs/folder-store.ts';

/** Node's platform: paths are those of the file system. */
export const nodePlatform: RunPlatform = {
  store: folderStore,
  /** Read each time, because the environment may change. */
  get models() {
    return modelFolders();
  },
  async loadSplit(info, split, options) {
    const { loadSplit } = await import('./data/load-split.ts');
    return await loadSplit(info, split, options);
  },
  async localSplit(info, split, options) {
    const { localSplit } = await import('./data/load-split.ts');
    return await localSplit(info, split, options);
  },
  createBackend: createNodeBackend,
  findAdapter: findNodeAdapter,
  costs: costsIn(),
  /** Read each time, because the environment may change. */
  get standardBackend() {
    return standardBackend();
  },
  describeMachine,
  async document() {
    const { nodeDocument } = await import('./images/figures.ts');
    return nodeDocument();
  },
  async renderPng(figure) {
    const { renderPng } = await import('./images/figures.ts');
    return renderPng(figure);
  },
};

/**
 * A function of src/runs/ without its first argument, which is Node's platform.
 * @param kinds what its arguments have to be, by their names and in their order
 */
export function onNode<Arguments extends unknown[], Result>(
  work: (platform: RunPlatform, ...rest: Arguments) => Promise<Result>,
  kinds: Readonly<Record<string, Kind>>,
): (...rest: Arguments) => Promise<Result> {
  return async (...rest) => {
    const given = Object.entries(kinds).map(([name, kind], i) => [name, [rest[i], kind] as const]);
    checkArguments(work.name, Object.fromEntries(given));
    return await work(nodePlatform, ...rest);
  };
}
