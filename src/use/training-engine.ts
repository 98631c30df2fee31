/** The backend of `fit`: chosen by measurement by default, and changed to the CPU when a GPU is lost. */

import { CoutureError } from '../core/errors.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Backend } from '../engine/backend.ts';
import { fastNotice } from '../engine/fast-notice.ts';
import { type BackendChoice, type BackendKind, kindOfBackend } from '../engine/names.ts';
import { type ChoicePlatform, chooseBackend } from '../train/choose-backend.ts';
import type { RunConfig } from '../train/settings.ts';
import { checkThreads, type Engine, type EngineChoice, type StartBackend } from './engine-choice.ts';

/** The platform's part of the choice of an engine. */
export interface EnginePlatform extends Pick<ChoicePlatform, 'findAdapter' | 'costs'> {
  readonly startBackend: StartBackend;
  /** The default choice; `auto` if absent. */
  readonly standardBackend?: BackendChoice | undefined;
}

/** The request for an engine. */
export interface TrainingEngineOptions extends EngineChoice {
  readonly signal?: AbortSignal | undefined;
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/** The backend for training, and the one for prediction afterwards. */
export class TrainingEngine {
  #engine: Engine;
  readonly #mayMove: boolean;
  readonly #start: (choice: BackendChoice, fast?: boolean) => Promise<Backend>;
  readonly #fast: boolean;
  readonly #onNotice: ((notice: string) => void) | undefined;

  /** @throws CoutureError of kind `backend` when the requested backend is not available */
  static async open(
    config: RunConfig,
    dataset: Dataset,
    options: TrainingEngineOptions,
    platform: EnginePlatform,
  ): Promise<TrainingEngine> {
    const { backend: asked, threads, signal, onNotice } = options;
    checkThreads({ backend: asked, threads });
    const { fast } = config.settings;
    const start = (backend: BackendChoice, fused = false) =>
      platform.startBackend({ backend, threads, fast: fused });
    const make = (engine: Engine, mayMove = false) => {
      const notice = fast ? fastNotice(engine.backend.info) : undefined;
      if (notice !== undefined) onNotice?.(notice);
      return new TrainingEngine(engine, { mayMove, start, fast, onNotice });
    };
    if (typeof asked === 'object') return make({ backend: asked, shared: true });
    const choice = asked ?? platform.standardBackend ?? 'auto';
    if (choice !== 'auto') return make({ backend: await start(choice, fast), shared: false });
    const { findAdapter, costs } = platform;
    const choosing = { start: (kind: BackendKind) => start(kind, fast), findAdapter, costs };
    const { backend, reason } = await chooseBackend(config, dataset, choosing, signal);
    if (reason !== undefined) onNotice?.(reason);
    return make({ backend, shared: false }, true);
  }

  private constructor(
    engine: Engine,
    options: {
      readonly mayMove: boolean;
      readonly start: (choice: BackendChoice, fast?: boolean) => Promise<Backend>;
      readonly fast: boolean;
      readonly onNotice: ((notice: string) => void) | undefined;
    },
  ) {
    this.#engine = engine;
    this.#mayMove = options.mayMove;
    this.#start = options.start;
    this.#fast = options.fast;
    this.#onNotice = options.onNotice;
  }

  get backend(): Backend {
    return this.#engine.backend;
  }

  get kind(): BackendKind {
    return kindOfBackend(this.backend.info.name);
  }

  /** Changes to the CPU if a GPU that `auto` chose has failed. */
  async movedAfter(error: unknown): Promise<boolean> {
    const failed = error instanceof CoutureError && error.kind === 'backend';
    if (!failed || !this.#mayMove || this.kind === 'cpu') return false;
    this.#onNotice?.(`${error.message} Training continues on the CPU from the last epoch.`);
    const lost = this.#engine;
    this.#engine = { backend: await this.#start('cpu', this.#fast), shared: false };
    await lost.backend.dispose();
    return true;
  }

  /**
   * The engine of the trained classifier: after fast arithmetic or a GPU, it predicts in exact arithmetic on
   * the CPU, so that results are the same everywhere. Your own backend also predicts.
   */
  async judge(): Promise<Engine> {
    const { backend, shared } = this.#engine;
    if (shared || (this.kind === 'cpu' && !this.#fast)) return this.#engine;
    const judge = await this.#start('cpu');
    await backend.dispose();
    return { backend: judge, shared: false };
  }

  async dispose(): Promise<void> {
    if (!this.#engine.shared) await this.#engine.backend.dispose();
  }
}
