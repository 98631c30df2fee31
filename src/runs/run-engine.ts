/**
 * The backend of a run: chosen at its start, kept when it is resumed, and changed to the CPU when a GPU is
 * lost.
 */

import { CoutureError } from '../core/errors.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Backend } from '../engine/backend.ts';
import { fastNotice } from '../engine/fast-notice.ts';
import { type BackendChoice, type BackendKind, kindOfBackend } from '../engine/names.ts';
import { chooseBackend } from '../train/choose-backend.ts';
import type { RunConfig } from '../train/settings.ts';
import { type Environment, lastKind } from './environment.ts';
import type { EngineOptions, RunPlatform } from './platform.ts';

/** The request for the engine of a run. */
export interface RunEngineOptions extends EngineOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/** A run that is resumed. */
interface Earlier {
  readonly path: string;
  readonly environment: Environment;
}

/** The backend for training a run and the one for evaluating it. Dispose of it when done. */
export class RunEngine {
  readonly #platform: RunPlatform;
  readonly #threads: number | undefined;
  readonly #fast: boolean;
  readonly #mayMove: boolean;
  #backend: Backend;
  #judge: Backend | undefined;

  /**
   * Starts the backend of a run: the requested one, that of the run so far, or the measured choice.
   * @throws CoutureError of kind `backend` when it is not available, `usage` when a run would change to a GPU
   */
  static async start(
    platform: RunPlatform,
    config: RunConfig,
    dataset: Dataset,
    options: RunEngineOptions,
    earlier?: Earlier,
  ): Promise<RunEngine> {
    const { threads, signal, onNotice } = options;
    const { fast } = config.settings;
    const choice = earlier ? resumed(options.backend, earlier) : begun(options.backend, config, platform);
    const start = (backend: BackendChoice) => platform.createBackend({ backend, threads, fast });
    if (choice !== 'auto') {
      const backend = await start(choice).catch((error: unknown) => {
        throw earlier && kindOfBackend(choice) === 'gpu' ? lacking(earlier, error) : error;
      });
      const mayMove = earlier !== undefined && (options.backend ?? 'auto') === 'auto';
      if (kindOfBackend(choice) === 'gpu') onNotice?.(`GPU: ${backend.info.variant}.`);
      return RunEngine.#of(platform, backend, fast, mayMove, options);
    }
    const findAdapter = platform.findAdapter?.bind(platform);
    const chosen = await chooseBackend(
      config,
      dataset,
      { start, findAdapter, costs: platform.costs },
      signal,
    );
    if (chosen.reason !== undefined) onNotice?.(chosen.reason);
    return RunEngine.#of(platform, chosen.backend, fast, true, options);
  }

  static #of(
    platform: RunPlatform,
    backend: Backend,
    fast: boolean,
    mayMove: boolean,
    { threads, onNotice }: RunEngineOptions,
  ): RunEngine {
    const engine = new RunEngine(platform, backend, fast, mayMove, threads);
    const notice = fast ? fastNotice(backend.info) : undefined;
    if (notice !== undefined) onNotice?.(notice);
    return engine;
  }

  private constructor(
    platform: RunPlatform,
    backend: Backend,
    fast: boolean,
    mayMove: boolean,
    threads: number | undefined,
  ) {
    this.#platform = platform;
    this.#backend = backend;
    this.#fast = fast;
    this.#mayMove = mayMove;
    this.#threads = threads;
  }

  get backend(): Backend {
    return this.#backend;
  }

  get kind(): BackendKind {
    return kindOfBackend(this.#backend.info.name);
  }

  /** Whether a GPU that `auto` chose has failed, so that the CPU continues. */
  canMoveAfter(error: unknown): boolean {
    return this.#mayMove && this.kind === 'gpu' && error instanceof CoutureError && error.kind === 'backend';
  }

  /** Changes from the GPU to the CPU. */
  async moveToCpu(): Promise<void> {
    const lost = this.#backend;
    const threads = this.#threads;
    this.#backend = await this.#platform.createBackend({ backend: 'cpu', threads, fast: this.#fast });
    await lost.dispose();
  }

  /**
   * The backend of the final figures: exact arithmetic on the CPU, so that `couture evaluate` gives the same
   * on any machine.
   */
  async judge(): Promise<Backend> {
    if (this.kind === 'cpu' && !this.#fast) return this.#backend;
    this.#judge ??= await this.#platform.createBackend({ backend: 'cpu', threads: this.#threads });
    return this.#judge;
  }

  async dispose(): Promise<void> {
    await this.#backend.dispose();
    await this.#judge?.dispose();
  }
}

function begun(
  asked: BackendChoice | undefined,
  config: RunConfig,
  platform: Pick<RunPlatform, 'standardBackend'>,
): BackendChoice {
  return asked ?? config.backend ?? platform.standardBackend ?? 'auto';
}

function resumed(
  asked: BackendChoice = 'auto',
  { path, environment }: Earlier,
): Exclude<BackendChoice, 'auto'> {
  const kind = lastKind(environment);
  if (asked === 'auto') return kind;
  if (kindOfBackend(asked) === 'cpu' || kind === 'gpu') return asked;
  throw new CoutureError('usage', `The run ${path} was trained on the CPU and must continue there.`, {
    hint: `Leave out --backend, or train another run on the GPU.`,
  });
}

/** The error for a run of a GPU without a GPU. */
function lacking({ path }: Earlier, cause: unknown): unknown {
  if (!(cause instanceof CoutureError && cause.kind === 'backend')) return cause;
  return new CoutureError('backend', `The run ${path} was trained on a GPU. ${cause.message}`, {
    hint: `Continue on the CPU: npx couture train --resume ${path} --backend cpu`,
    cause,
  });
}
