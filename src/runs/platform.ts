/**
 * The platform of runs. Every function in this room takes it as its first argument: src/platform/node/ has
 * that of Node, src/platform/web/ that of a page, and tests make their own.
 */

import { CoutureError } from '../core/errors.ts';
import type { DataEvent } from '../data/data-event.ts';
import type { Dataset, SplitName } from '../data/dataset.ts';
import type { DatasetInfo } from '../data/dataset-info.ts';
import type { Adapter } from '../engine/adapter.ts';
import type { Backend } from '../engine/backend.ts';
import type { BackendChoice } from '../engine/names.ts';
import type { Figure } from '../figures/figure.ts';
import type { CostCache } from '../train/choose-backend.ts';
import type { RunStore } from './store.ts';

/** Options for loading a data set. */
export interface RunDataOptions {
  readonly signal?: AbortSignal | undefined;
  /** Progress of getting the data. */
  readonly onData?: ((event: DataEvent) => void) | undefined;
  /** Environment with the path of the cache, in Node. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** Options for choosing the engine. */
export interface EngineOptions {
  /** Default: auto, which is measured for training a run and is the CPU otherwise. */
  readonly backend?: BackendChoice | undefined;
  readonly threads?: number | undefined;
}

/** The machine and the software, for env.json. */
export interface Machine {
  /** Versions of Node and of its V8; absent in a page. */
  readonly node?: string | undefined;
  readonly v8?: string | undefined;
  /** The operating system and processor, or the user agent of the browser. */
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
}

/** The parts of a platform. */
export interface RunPlatform {
  readonly store: RunStore;
  /** Folders of models by name in the store, in the order of the search; absent without such models. */
  readonly models?: readonly string[] | undefined;
  /**
   * A split of the data set that is described.
   * @throws CoutureError of kind `data` when its images are not available
   */
  loadSplit(info: DatasetInfo, split: SplitName, options: RunDataOptions): Promise<Dataset>;
  /** The same, if the images are on this machine already; undefined otherwise. Absent where that is not known. */
  localSplit?(info: DatasetInfo, split: SplitName, options: RunDataOptions): Promise<Dataset | undefined>;
  createBackend(options: EngineOptions & { readonly fast?: boolean | undefined }): Promise<Backend>;
  /** The adapter of the GPU, or undefined; absent without GPU support. */
  findAdapter?(): Promise<Adapter | undefined>;
  /** Store of the measurements for `auto`; absent if they are made each time. */
  readonly costs?: CostCache | undefined;
  /** The default choice for new runs; `auto` if absent. */
  readonly standardBackend?: BackendChoice | undefined;
  describeMachine(): Machine;
  /** Makes a new document for drawing figures; absent without drawing. */
  document?(): Promise<Document>;
  /** Renders a figure as the bytes of a PNG; absent if only SVG is possible. */
  renderPng?(figure: Figure): Promise<Uint8Array>;
}

/** The parts of a platform for opening and listing runs and models. */
export type RunPlaces = Pick<RunPlatform, 'store' | 'models'>;

/**
 * A document of the platform.
 * @throws CoutureError of kind `usage` when it has none
 */
export async function documentOf(platform: Pick<RunPlatform, 'document'>): Promise<Document> {
  if (platform.document !== undefined) return await platform.document();
  throw new CoutureError('usage', 'Figures cannot be drawn here: there is no DOM document.', {
    hint: 'Give the platform a document, or draw in Node or in a page.',
  });
}
