/**
 * One run: all that is left of a training, and all that is needed to use, repeat or resume it.
 *
 *     config.json   env.json   results.csv   metrics.json   unlike.json
 *     weights/best.safetensors   weights/last.safetensors   checkpoint/state.safetensors
 *
 * A run consumes training events and never steers them. Of each epoch the checkpoint is written last: killed at
 * any moment, the run resumes from the checkpoint before, and the epochs after it are made again, bit for bit.
 */

import { aFunction, aString, checkArguments, record } from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import type { TensorMap } from '../model/network.ts';
import { type ParameterSpec, planModel } from '../model/plan.ts';
import { withShapes } from '../ship/safetensors.ts';
import { decodeSealedFloats, encodeSealed } from '../ship/sealed.ts';
import { aConfig } from '../train/argument-kinds.ts';
import { type EpochMetrics, modelOf, type TrainEvent, type TrainState } from '../train/events.ts';
import type { RunConfig } from '../train/settings.ts';
import { type UnlikeDescription, unlikeSchema } from '../use/unlike.ts';
import { checkState } from './check-state.ts';
import { decodeState, encodeState, pickParameters } from './checkpoint.ts';
import { type Environment, environmentSchema } from './environment.ts';
import { formatJson, readJson } from './json.ts';
import { metricsSchema, type RunMetrics } from './metrics.ts';
import { formatResults, parseResults } from './results.ts';
import type { Release, RunStore } from './store.ts';

/** The weights of the best epoch (see `bestEpoch`), or of the last. */
export type WeightsChoice = 'best' | 'last';

export const MAX_FILE_BYTES = 2 ** 31;
const MAX_RESULTS_BYTES = 64 * 1024 * 1024;

/** One run in a store. Made by `createRun` and `openRun`. */
export class Run {
  /** Its folder in the store. */
  readonly path: string;
  #config: RunConfig;
  readonly #store: RunStore;
  readonly #parameters: readonly ParameterSpec[];
  #release: Release | undefined;
  #best: { epoch: number; parameters: TensorMap } | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(store: RunStore, path: string, config: RunConfig) {
    checkArguments('new Run', {
      store: [store, record({ read: aFunction, list: aFunction }, 'a store')],
      path: [path, aString],
      config: [config, aConfig],
    });
    this.#store = store;
    this.path = path;
    this.#config = config;
    this.#parameters = planModel(config.model).parameters;
  }

  get config(): RunConfig {
    return this.#config;
  }

  /**
   * Gives the run another config, with which it is no longer finished. Only for whoever holds the lock. The figures go
   * first: killed between the two, the run ends as it did before.
   */
  async reconfigure(config: RunConfig): Promise<void> {
    await this.#store.remove(this.#at('metrics.json'));
    await this.#store.write(this.#at('config.json'), formatJson(config));
    this.#config = config;
  }

  get name(): string {
    return this.#store.paths.basename(this.path);
  }

  #at(...names: string[]): string {
    return this.#store.paths.join(this.path, ...names);
  }

  /** Keeps others from writing here until `close`. */
  async lock(): Promise<void> {
    if (this.#release !== undefined) return;
    this.#release = await this.#store.lock(this.path);
    for (const folder of [this.path, this.#at('weights'), this.#at('checkpoint')])
      await this.#store.removeTemporary(folder);
  }

  /**
   * Takes in one event. Files are written while training goes on; an error in writing comes out at the next
   * checkpoint or at the end.
   */
  async consume(event: TrainEvent): Promise<void> {
    if (event.type === 'epoch' && event.isBest) {
      this.#best = { epoch: event.metrics.epoch, parameters: event.parameters };
    } else if (event.type === 'checkpoint') {
      await this.#writing;
      this.#writing = this.#keep(event.state, this.#best);
      // Heard at the next await of #writing; until then it must not count as unhandled.
      this.#writing.catch(() => {});
      this.#best = undefined;
    } else if (event.type === 'done') {
      await this.#writing;
    }
  }

  async #keep(state: TrainState, best: { epoch: number; parameters: TensorMap } | undefined): Promise<void> {
    await this.#store.makeFolder(this.#at('weights'));
    await this.#store.makeFolder(this.#at('checkpoint'));
    if (best !== undefined) await this.#keepWeights('best', best.parameters, best.epoch);
    await this.#store.write(this.#resultsPath, formatResults(state.history));
    await this.#keepWeights('last', modelOf(state), state.epoch);
    await this.#store.write(this.#checkpointPath, await encodeState(this.#parameters, state));
  }

  async #keepWeights(which: WeightsChoice, values: TensorMap, epoch: number): Promise<void> {
    const tensors = withShapes(this.#parameters, values);
    // `format: pt` is what PyTorch's tools expect to find.
    const bytes = await encodeSealed(tensors, { format: 'pt', epoch: String(epoch) });
    await this.#store.write(this.weightsPath(which), bytes);
  }

  get #checkpointPath(): string {
    return this.#at('checkpoint', 'state.safetensors');
  }

  get #resultsPath(): string {
    return this.#at('results.csv');
  }

  /** Where a kind of weights is kept. */
  weightsPath(which: WeightsChoice): string {
    return this.#at('weights', `${which}.safetensors`);
  }

  /**
   * Where training stopped; undefined when it stopped before its first checkpoint.
   * @throws CoutureError of kind `data` when the checkpoint is damaged, or none of this config
   */
  async loadState(): Promise<TrainState | undefined> {
    await this.#writing;
    const bytes = await this.#store.read(this.#checkpointPath, MAX_FILE_BYTES);
    if (bytes === undefined) return undefined;
    const state = await decodeState(this.#parameters, bytes, this.#checkpointPath);
    checkState(state, this.config, this.#checkpointPath);
    return state;
  }

  /** What was measured after each epoch, from results.csv; no rows before the first checkpoint. */
  async history(): Promise<EpochMetrics[]> {
    const bytes = await this.#store.read(this.#resultsPath, MAX_RESULTS_BYTES);
    return bytes === undefined ? [] : parseResults(new TextDecoder().decode(bytes), this.#resultsPath);
  }

  /** Weights by parameter name, checked against the config. */
  async loadWeights(which: WeightsChoice = 'best'): Promise<Map<string, Float32Array>> {
    const path = this.weightsPath(which);
    const bytes = await this.#store.read(path, MAX_FILE_BYTES);
    if (bytes === undefined) {
      throw new CoutureError('data', `${this.path} has no weights yet: ${path} is missing.`, {
        hint: `Train it first: npx couture train --resume ${this.path}`,
      });
    }
    return pickParameters(this.#parameters, (await decodeSealedFloats(bytes, path)).tensors, path);
  }

  /** What the run was started on. */
  async environment(): Promise<Environment> {
    return await readJson(this.#store, this.#at('env.json'), environmentSchema);
  }

  /** Says what the run goes on with. Only for whoever holds the lock. */
  async changeEnvironment(environment: Environment): Promise<void> {
    await this.#store.write(this.#at('env.json'), formatJson(environment));
  }

  /** The final figures, or undefined while the run is not finished. */
  async metrics(): Promise<RunMetrics | undefined> {
    const path = this.#at('metrics.json');
    if ((await this.#store.kind(path)) === undefined) return undefined;
    return await readJson(this.#store, path, metricsSchema);
  }

  /** What the training images look like; undefined where that was not described: too few images, or not finished. */
  async unlike(): Promise<UnlikeDescription | undefined> {
    const path = this.#at('unlike.json');
    if ((await this.#store.kind(path)) === undefined) return undefined;
    return await readJson(this.#store, path, unlikeSchema);
  }

  /** Writes unlike.json. */
  async describeImages(description: UnlikeDescription): Promise<void> {
    await this.#store.write(this.#at('unlike.json'), formatJson(description));
  }

  /** Writes metrics.json: from then on the run counts as finished. */
  async finish(metrics: RunMetrics): Promise<void> {
    await this.#writing;
    await this.#store.write(this.#at('metrics.json'), formatJson(metrics));
  }

  /** Waits for what is being written and gives the lock back. */
  async close(): Promise<void> {
    try {
      await this.#writing;
    } finally {
      const release = this.#release;
      this.#release = undefined;
      await release?.();
    }
  }
}
