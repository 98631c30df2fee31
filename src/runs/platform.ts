/**
 * What runs need of the place they run in. Everything in this room gets it as its first argument: src/platform/node/ has
 * Node's, src/platform/web/ that of a page, and tests make their own.
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

/** Where the images of a data set come from, and who watches. */
export interface RunDataOptions {
  readonly signal?: AbortSignal | undefined;
  /** Progress of getting the data. */
  readonly onData?: ((event: DataEvent) => void) | undefined;
  /** Environment to read the cache's place from, on Node. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** How the engine is chosen. */
export interface EngineOptions {
  /** Default: auto. That is measured where a network is trained into a run, and is the CPU elsewhere. */
  readonly backend?: BackendChoice | undefined;
  readonly threads?: number | undefined;
}

/** The machine and the software that env.json tells of, without the run. */
export interface Machine {
  /** Versions of Node and of its V8; absent in a page. */
  readonly node?: string | undefined;
  readonly v8?: string | undefined;
  /** The operating system and processor, or the browser as it names itself. */
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
}

/** The parts that a platform brings. */
export interface RunPlatform {
  readonly store: RunStore;
  /** Folder in the store of the models that come with the package; absent where none do. */
  readonly models?: string | undefined;
  /**
   * A split of the data set that is described.
   * @throws CoutureError of kind `data` when its images cannot be had
   */
  loadSplit(info: DatasetInfo, split: SplitName, options: RunDataOptions): Promise<Dataset>;
  createBackend(options: EngineOptions & { readonly fast?: boolean | undefined }): Promise<Backend>;
  /** The adapter of the GPU, or undefined; absent where there is none. */
  findAdapter?(): Promise<Adapter | undefined>;
  /** Where the measurements behind `auto` are kept; absent where they are made each time. */
  readonly costs?: CostCache | undefined;
  /** The choice for runs that are begun, where nothing else is said; `auto` by default. */
  readonly standardBackend?: BackendChoice | undefined;
  describeMachine(): Machine;
  /** A fresh document to draw figures with; absent where nothing is drawn. */
  document?(): Promise<Document>;
  /** A figure as the bytes of a PNG; absent where there are SVG files alone. */
  renderPng?(figure: Figure): Promise<Uint8Array>;
}

/** What opening and listing runs and models takes of a platform. */
export type RunPlaces = Pick<RunPlatform, 'store' | 'models'>;

/**
 * A document of the platform.
 * @throws CoutureError of kind `usage` where it has none
 */
export async function documentOf(platform: Pick<RunPlatform, 'document'>): Promise<Document> {
  if (platform.document !== undefined) return await platform.document();
  throw new CoutureError('usage', 'Figures cannot be drawn here: there is no DOM document.', {
    hint: 'Give the platform a document, or draw in Node or in a page.',
  });
}
