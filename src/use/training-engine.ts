/** What `fit` trains on: chosen by a measurement where nothing else is said, and left for the CPU when a GPU is lost. */

import { CoutureError } from '../core/errors.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Backend } from '../engine/backend.ts';
import { type BackendChoice, type BackendKind, kindOfBackend } from '../engine/names.ts';
import { type ChoicePlatform, chooseBackend } from '../train/choose-backend.ts';
import type { RunConfig } from '../train/settings.ts';
import type { Engine, EngineChoice, StartBackend } from './engine-choice.ts';

/** What a platform brings to a choice of engines. */
export interface EnginePlatform extends Pick<ChoicePlatform, 'findAdapter' | 'costs'> {
  readonly startBackend: StartBackend;
  /** The choice where nothing is said; `auto` by default. */
  readonly standardBackend?: BackendChoice | undefined;
}

/** What is asked of the engine. */
export interface TrainingEngineOptions extends EngineChoice {
  readonly signal?: AbortSignal | undefined;
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/** The backend that trains, and the one that answers afterwards. */
export class TrainingEngine {
  #engine: Engine;
  readonly #mayMove: boolean;
  readonly #start: (choice: BackendChoice, fast?: boolean) => Promise<Backend>;
  readonly #fast: boolean;
  readonly #onNotice: ((notice: string) => void) | undefined;

  /** @throws CoutureError of kind `backend` where what is asked for cannot be had */
  static async open(
    config: RunConfig,
    dataset: Dataset,
    options: TrainingEngineOptions,
    platform: EnginePlatform,
  ): Promise<TrainingEngine> {
    const { backend: asked, threads, signal, onNotice } = options;
    const { fast } = config.settings;
    const start = (backend: BackendChoice, fused = false) =>
      platform.startBackend({ backend, threads, fast: fused });
    const make = (engine: Engine, mayMove = false) =>
      new TrainingEngine(engine, { mayMove, start, fast, onNotice });
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

  /** Leaves a GPU that `auto` took for the CPU, where that is what failed. */
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
   * The engine of the trained classifier: what was trained in fast arithmetic or on a GPU answers in exact arithmetic on the
   * CPU, so that its answers are the same everywhere. A backend of one's own answers itself.
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
