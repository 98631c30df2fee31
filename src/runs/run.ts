/**
 * One run: the files of a training, with everything needed to use, repeat or resume it.
 *
 *     config.json   env.json   results.csv   metrics.json   unlike.json
 *     weights/best.safetensors   weights/last.safetensors   checkpoint/state.safetensors
 *
 * A run consumes training events and never steers them. Files are written beside training, those of one epoch in the order
 * best weights, results, last weights, checkpoint: after a kill at any moment, the run resumes from its
 * checkpoint and repeats the later epochs, bit for bit.
 *
 * A run checks every file that it reads. Each file contains its own digest, and checkpoint and weights
 * contain that of the config. Weights are compared with the figures or the checkpoint, and results.csv with
 * the checkpoint.
 */

import { aFunction, aString, checkArguments, record } from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { Newest } from '../core/newest.ts';
import { decodeText } from '../core/text.ts';
import type { TensorMap } from '../model/network.ts';
import { type ParameterSpec, planModel } from '../model/plan.ts';
import { withShapes } from '../ship/safetensors.ts';
import { decodeSealedFloats, encodeSealed } from '../ship/sealed.ts';
import { aConfig } from '../train/argument-kinds.ts';
import { bestEpoch } from '../train/best.ts';
import { checkSettings } from '../train/check-settings.ts';
import { type EpochMetrics, modelOf, type TrainEvent, type TrainState } from '../train/events.ts';
import { rateInEpoch } from '../train/schedule.ts';
import type { RunConfig } from '../train/settings.ts';
import { type UnlikeDescription, unlikeSchema } from '../use/unlike.ts';
import { checkState } from './check-state.ts';
import {
  type Expectation,
  expectEpoch,
  expectFinished,
  expectUnfinished,
  type ReadWeights,
  type WeightsChoice,
} from './check-weights.ts';
import { decodeState, encodeState, pickParameters, requireConfig } from './checkpoint.ts';
import { configSha256 } from './config-sha256.ts';
import { type Environment, environmentSchema } from './environment.ts';
import { readSealed, writeSealed } from './json.ts';
import { metricsSchema, type RunMetrics } from './metrics.ts';
import { checkResults, formatResults } from './results.ts';
import { checkpointFile } from './run-files.ts';
import type { Release, RunStore } from './store.ts';

export const MAX_FILE_BYTES = 2 ** 31;
const MAX_RESULTS_BYTES = 64 * 1024 * 1024;

/** The model of a run's best epoch. */
interface BestModel {
  readonly epoch: number;
  readonly parameters: TensorMap;
}

/** A snapshot of a run for writing. */
interface Snapshot {
  readonly state: TrainState;
  /** Present if the best epoch is after the last snapshot. */
  readonly best: BestModel | undefined;
}

/** One run in a store. Made by `createRun` and `openRun`. */
export class Run {
  /** Its folder in the store. */
  readonly path: string;
  #config: RunConfig;
  readonly #store: RunStore;
  readonly #parameters: readonly ParameterSpec[];
  #release: Release | undefined;
  #locking = false;
  #configSha256: Promise<string> | undefined;
  #best: BestModel | undefined;
  /** The epoch that has begun, in training. */
  #epoch: number | undefined;
  /** Whether the config differs from config.json. */
  #isConfigChanged = false;
  #configWritten: Promise<void> = Promise.resolve();
  #writing = this.#makeWriting();

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
   * Gives the run another config, with which it is no longer finished. Only for the holder of the lock. The
   * figures are removed first: after a kill between the two, the run ends as before.
   */
  async reconfigure(config: RunConfig): Promise<void> {
    await this.#store.remove(this.#at('metrics.json'));
    await writeSealed(this.#store, this.#at('config.json'), config);
    this.#config = config;
    this.#configSha256 = undefined;
  }

  /** The changes of the learning rate, for the training loop, which asks at the beginning of each epoch. */
  beginEpoch(epoch: number): RunConfig['settings']['rateChanges'] {
    this.#epoch = epoch;
    return this.#config.settings.rateChanges;
  }

  /**
   * Changes the learning rate during training, from the next epoch on: the run then has the config that would have
   * trained so from the start, and writes it before the checkpoint of that epoch. Only for the holder of the lock.
   * @returns the epoch from which the rate counts
   * @throws CoutureError of kind `usage` when the rate is out of range, or no epoch is left for it
   */
  async changeRate(learningRate: number): Promise<number> {
    const { settings } = this.#config;
    if (this.#epoch === undefined || this.#epoch >= settings.epochs)
      throw new CoutureError(
        'usage',
        `The learning rate of ${this.path} cannot be changed: no further epoch follows.`,
        { hint: 'Change it in a new run.' },
      );
    const epoch = this.#epoch + 1;
    const rateChanges = settings.rateChanges.filter((change) => change.epoch < epoch);
    if (rateInEpoch({ ...settings, rateChanges }, epoch) !== learningRate)
      rateChanges.push({ epoch, learningRate });
    this.#config = { ...this.#config, settings: checkSettings({ ...settings, rateChanges }) };
    this.#isConfigChanged = true;
    await this.#keepConfig();
    return epoch;
  }

  /** Writes a changed config, one write after another. One that failed is tried again by the next checkpoint. */
  async #keepConfig(): Promise<void> {
    const last = this.#configWritten.catch(() => {});
    this.#configWritten = last.then(async () => {
      if (!this.#isConfigChanged) return;
      this.#isConfigChanged = false;
      try {
        await writeSealed(this.#store, this.#at('config.json'), this.#config);
      } catch (error) {
        this.#isConfigChanged = true;
        throw error;
      }
    });
    await this.#configWritten;
  }

  get name(): string {
    return this.#store.paths.basename(this.path);
  }

  #at(...names: string[]): string {
    return this.#store.paths.join(this.path, ...names);
  }

  #makeWriting(): Newest<Snapshot> {
    return new Newest(
      async (snapshot) => await this.#keep(snapshot),
      (waiting, { state, best }) => ({ state, best: best ?? waiting.best }),
    );
  }

  /** Digest of the config, as in the files of this run. */
  async #digest(): Promise<string> {
    this.#configSha256 ??= configSha256(this.#config);
    return await this.#configSha256;
  }

  /**
   * Locks the run until `close`, against other processes and pages and other users of this object.
   * @throws CoutureError of kind `runtime` when it is already locked
   */
  async lock(): Promise<void> {
    if (this.#locking || this.#release !== undefined) {
      throw new CoutureError('runtime', `${this.path} is in use by this process.`, {
        hint: 'Wait for it, stop it, or use another name.',
      });
    }
    this.#locking = true;
    try {
      this.#release = await this.#store.lock(this.path);
    } finally {
      this.#locking = false;
    }
    // Drops what an earlier training of this object left unwritten.
    this.#writing = this.#makeWriting();
    this.#best = undefined;
    for (const folder of [this.path, this.#at('weights'), this.#at('checkpoint')])
      await this.#store.removeTemporary(folder);
  }

  /**
   * Takes in one event. Files are written while training goes on: where that is faster than the disk, what waits to be
   * written gives way to what is newer. The last checkpoint is always written before the end. An error in writing comes
   * out at the next checkpoint or at the end.
   */
  async consume(event: TrainEvent): Promise<void> {
    if (event.type === 'epoch' && event.isBest) {
      this.#best = { epoch: event.metrics.epoch, parameters: event.parameters };
    } else if (event.type === 'checkpoint') {
      const best = this.#best;
      this.#best = undefined;
      await this.#writing.put({ state: event.state, best });
    } else if (event.type === 'done') {
      await this.#writing.idle();
    }
  }

  async #keep({ state, best }: Snapshot): Promise<void> {
    await this.#keepConfig();
    await this.#store.makeFolder(this.#at('weights'));
    await this.#store.makeFolder(this.#at('checkpoint'));
    if (best !== undefined) await this.#keepWeights('best', best.parameters, best.epoch);
    await this.#store.write(this.#resultsPath, formatResults(state.history));
    await this.#keepWeights('last', modelOf(state), state.epoch);
    await this.#store.write(
      this.#checkpointPath,
      await encodeState(this.#parameters, state, await this.#digest()),
    );
  }

  async #keepWeights(which: WeightsChoice, values: TensorMap, epoch: number): Promise<void> {
    const tensors = withShapes(this.#parameters, values);
    // PyTorch's tools expect `format: pt`.
    const config = await this.#digest();
    const bytes = await encodeSealed(tensors, { format: 'pt', epoch: String(epoch), config });
    await this.#store.write(this.weightsPath(which), bytes);
  }

  get #checkpointPath(): string {
    return this.#at(...checkpointFile);
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
   * @throws CoutureError of kind `data` when the checkpoint is damaged or belongs to another config
   */
  async loadState(): Promise<TrainState | undefined> {
    await this.#writing.settled();
    const bytes = await this.#store.read(this.#checkpointPath, MAX_FILE_BYTES);
    if (bytes === undefined) return undefined;
    const state = await decodeState(this.#parameters, bytes, this.#checkpointPath, await this.#digest());
    checkState(state, this.config, this.#checkpointPath);
    return state;
  }

  /**
   * That what a run is resumed from, and what it will need at its end, is whole and its own.
   * @throws CoutureError of kind `data` naming the file that is not
   */
  async checkSaved(): Promise<void> {
    const state = await this.loadState();
    if (bestEpoch(state?.history ?? [], this.#config.settings.select) !== undefined)
      await this.loadWeights('best');
  }

  /**
   * What was measured after each epoch; no rows before the first checkpoint.
   * @throws CoutureError of kind `data` when the checkpoint is damaged or results.csv differs from it
   */
  async history(): Promise<EpochMetrics[]> {
    // Reads in the reverse order of writing, so that later reads are never behind.
    const finished = (await this.metrics()) !== undefined;
    const state = await this.loadState();
    if (state === undefined && finished)
      throw new CoutureError('data', `${this.#checkpointPath} is missing, although the run is finished.`);
    const history = [...(state?.history ?? [])];
    const bytes = await this.#store.read(this.#resultsPath, MAX_RESULTS_BYTES);
    if (bytes !== undefined)
      checkResults(decodeText(bytes, this.#resultsPath), history, finished, this.#resultsPath);
    return history;
  }

  /**
   * Weights by parameter name, checked against the config, and against the rest of the run: the figures of a
   * finished one, the checkpoint of another.
   * @param epoch required epoch of the weights; by default the best or last one, which may be ahead of the
   * checkpoint
   * @throws CoutureError of kind `data` when there are none yet, or they are damaged or wrong
   */
  async loadWeights(which: WeightsChoice = 'best', epoch?: number): Promise<Map<string, Float32Array>> {
    // Reads the expectation first: the weights of a run in training may then be ahead of it, but never
    // behind.
    const expectation = epoch === undefined ? await this.#expectation(which) : expectEpoch(epoch);
    const read = await this.#readWeights(which);
    const misfit = await expectation(read);
    if (misfit === undefined) return read.weights;
    throw new CoutureError('data', `${this.weightsPath(which)} ${misfit}.`, {
      hint: 'Restore the files that belong to this run, or train it again under another name.',
    });
  }

  async #expectation(which: WeightsChoice): Promise<Expectation> {
    const metrics = await this.metrics();
    if (metrics !== undefined) return expectFinished(which, metrics, this.#parameters);
    return expectUnfinished(which, await this.loadState(), this.#config.settings.select);
  }

  async #readWeights(which: WeightsChoice): Promise<ReadWeights> {
    await this.#writing.settled();
    const path = this.weightsPath(which);
    const bytes = await this.#store.read(path, MAX_FILE_BYTES);
    if (bytes === undefined) throw await this.#noWeights(path);
    const { tensors, metadata } = await decodeSealedFloats(bytes, path);
    requireConfig(metadata, await this.#digest(), path);
    const { epoch } = metadata;
    return { weights: pickParameters(this.#parameters, tensors, path), epoch: Number(epoch) };
  }

  async #noWeights(path: string): Promise<CoutureError> {
    if ((await this.#store.kind(this.#checkpointPath)) !== undefined) {
      return new CoutureError('data', `${path} is missing, although the run has a checkpoint.`, {
        hint: 'Restore the file from a backup, or train the run again under another name.',
      });
    }
    return new CoutureError('data', `${this.path} has no weights yet: ${path} is missing.`, {
      hint: `Train it first: npx couture train --resume ${this.path}`,
    });
  }

  /** What the run was started on. */
  async environment(): Promise<Environment> {
    return await readSealed(this.#store, this.#at('env.json'), environmentSchema);
  }

  /** Says what the run goes on with. Only for whoever holds the lock. */
  async changeEnvironment(environment: Environment): Promise<void> {
    await writeSealed(this.#store, this.#at('env.json'), environment);
  }

  /** The final figures, or undefined while the run is not finished. */
  async metrics(): Promise<RunMetrics | undefined> {
    const path = this.#at('metrics.json');
    if ((await this.#store.kind(path)) === undefined) return undefined;
    return await readSealed(this.#store, path, metricsSchema);
  }

  /** What the training images look like; undefined where that was not described: too few images, or not finished. */
  async unlike(): Promise<UnlikeDescription | undefined> {
    const path = this.#at('unlike.json');
    if ((await this.#store.kind(path)) === undefined) return undefined;
    return await readSealed(this.#store, path, unlikeSchema);
  }

  /** Writes unlike.json. */
  async describeImages(description: UnlikeDescription): Promise<void> {
    await writeSealed(this.#store, this.#at('unlike.json'), description);
  }

  /** Writes metrics.json: from then on the run counts as finished. */
  async finish(metrics: RunMetrics): Promise<void> {
    await this.#writing.idle();
    await writeSealed(this.#store, this.#at('metrics.json'), metrics);
  }

  /** Waits for what is being written and gives the lock back. */
  async close(): Promise<void> {
    try {
      await this.#writing.idle();
      await this.#configWritten;
    } finally {
      const release = this.#release;
      this.#epoch = undefined;
      this.#release = undefined;
      await release?.();
    }
  }
}
