/**
 * The run folder: all that is left of a training run, and all that is needed to use, repeat or resume it.
 *
 *     config.json   env.json   results.csv   metrics.json
 *     weights/best.safetensors   weights/last.safetensors   checkpoint/state.safetensors
 *
 * A run consumes training events and never steers them. Of each epoch the checkpoint is written last: killed at
 * any moment, the folder resumes from the checkpoint before, and the epochs after it are made again, bit for bit.
 */

import type { TensorMap } from '../../../model/network.ts';
import { mkdir, readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { CoutureError } from '../../../core/errors.ts';
import { didYouMean } from '../../../core/nearest.ts';
import { checkDatasetInfo } from '../../../data/dataset-info.ts';
import { imageSize } from '../../../data/image-shape.ts';
import { type ParameterSpec, planModel } from '../../../model/plan.ts';
import { checkModelSpec, classCount, inputWidth } from '../../../model/spec.ts';
import { withShapes } from '../../../ship/safetensors.ts';
import { decodeSealedFloats, encodeSealed } from '../../../ship/sealed.ts';
import { type EpochMetrics, modelOf, type TrainEvent, type TrainState } from '../../../train/events.ts';
import { configSchema, type RunConfig } from '../../../train/settings.ts';
import { decodeState, encodeState, pickParameters } from '../../../runs/checkpoint.ts';
import { type Environment, environmentSchema } from './environment.ts';
import { errorCode, formatJson, reason, removeTemporary, writeFileAtomic } from '../files/files.ts';
import { exists, readJson, readLimited } from '../files/read.ts';
import { formatResults, parseResults } from '../../../runs/results.ts';
import { lockRun } from './run-lock.ts';
import { metricsSchema, type RunMetrics } from '../../../runs/metrics.ts';
import { shippedPath } from './shipped.ts';

/** Where runs are made and looked for. */
export const RUNS_FOLDER = join('runs', 'train');

/** The weights of the best epoch (see `bestEpoch`), or of the last. */
export type WeightsChoice = 'best' | 'last';

const MAX_FILE_BYTES = 2 ** 31;
const MAX_RESULTS_BYTES = 64 * 1024 * 1024;
const MAX_TRIES = 10_000;

/** One run folder. Made by `createRun` and `openRun`. */
export class Run {
  readonly path: string;
  readonly config: RunConfig;
  readonly #parameters: readonly ParameterSpec[];
  #release: (() => Promise<void>) | undefined;
  #best: { epoch: number; parameters: TensorMap } | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string, config: RunConfig) {
    this.path = path;
    this.config = config;
    this.#parameters = planModel(config.model).parameters;
  }

  get name(): string {
    return basename(this.path);
  }

  /** Keeps other processes from writing here until `close`. */
  async lock(): Promise<void> {
    if (this.#release !== undefined) return;
    this.#release = await lockRun(this.path);
    for (const folder of ['', 'weights', 'checkpoint']) await removeTemporary(join(this.path, folder));
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
      this.#writing = this.#store(event.state, this.#best);
      // Heard at the next await of #writing; until then it must not count as unhandled.
      this.#writing.catch(() => {});
      this.#best = undefined;
    } else if (event.type === 'done') {
      await this.#writing;
    }
  }

  async #store(state: TrainState, best: { epoch: number; parameters: TensorMap } | undefined): Promise<void> {
    await mkdir(join(this.path, 'weights'), { recursive: true });
    await mkdir(join(this.path, 'checkpoint'), { recursive: true });
    if (best !== undefined) await this.#storeWeights('best', best.parameters, best.epoch);
    await writeFileAtomic(this.#resultsPath, formatResults(state.history));
    await this.#storeWeights('last', modelOf(state), state.epoch);
    await writeFileAtomic(this.#checkpointPath, await encodeState(this.#parameters, state));
  }

  async #storeWeights(which: WeightsChoice, values: TensorMap, epoch: number): Promise<void> {
    const tensors = withShapes(this.#parameters, values);
    // `format: pt` is what PyTorch's tools expect to find.
    const bytes = await encodeSealed(tensors, { format: 'pt', epoch: String(epoch) });
    await writeFileAtomic(this.weightsPath(which), bytes);
  }

  get #checkpointPath(): string {
    return join(this.path, 'checkpoint', 'state.safetensors');
  }

  get #resultsPath(): string {
    return join(this.path, 'results.csv');
  }

  /** Where a kind of weights is kept. */
  weightsPath(which: WeightsChoice): string {
    return join(this.path, 'weights', `${which}.safetensors`);
  }

  /** Where training stopped; undefined when it stopped before its first checkpoint. */
  async loadState(): Promise<TrainState | undefined> {
    const bytes = await readLimited(this.#checkpointPath, MAX_FILE_BYTES);
    return bytes && (await decodeState(this.#parameters, bytes, this.#checkpointPath));
  }

  /** What was measured after each epoch, from results.csv; no rows before the first checkpoint. */
  async history(): Promise<EpochMetrics[]> {
    const bytes = await readLimited(this.#resultsPath, MAX_RESULTS_BYTES);
    return bytes === undefined ? [] : parseResults(new TextDecoder().decode(bytes), this.#resultsPath);
  }

  /** Weights by parameter name, checked against the config. */
  async loadWeights(which: WeightsChoice = 'best'): Promise<Map<string, Float32Array>> {
    const path = this.weightsPath(which);
    const bytes = await readLimited(path, MAX_FILE_BYTES);
    if (bytes === undefined) {
      throw new CoutureError('data', `${this.path} has no weights yet: ${path} is missing.`, {
        hint: `Train it first: npx couture train --resume ${this.path}`,
      });
    }
    return pickParameters(this.#parameters, (await decodeSealedFloats(bytes, path)).tensors, path);
  }

  /** What the run was started on, and with which data. */
  async environment(): Promise<Environment> {
    return await readJson(join(this.path, 'env.json'), environmentSchema);
  }

  /** The final figures; undefined while the run is not finished. */
  async metrics(): Promise<RunMetrics | undefined> {
    const path = join(this.path, 'metrics.json');
    return (await exists(path)) ? await readJson(path, metricsSchema) : undefined;
  }

  /** Writes metrics.json: from then on the run counts as finished. */
  async finish(metrics: RunMetrics): Promise<void> {
    await this.#writing;
    await writeFileAtomic(join(this.path, 'metrics.json'), formatJson(metrics));
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

/** What `createRun` needs. */
export interface CreateRunOptions {
  readonly config: RunConfig;
  readonly env: Environment;
  /** Folder of runs. */
  readonly root?: string | undefined;
  /** Folder name of the run; by default the recipe (or `custom`) and the seed, numbered on when that is taken. */
  readonly name?: string | undefined;
}

/**
 * Makes a new run folder, never an older one's, and locks it.
 * @throws CoutureError of kind `usage` when the name is taken or cannot be a folder's
 */
export async function createRun({ config, env, root = RUNS_FOLDER, name }: CreateRunOptions): Promise<Run> {
  if (name !== undefined) await checkNewRun(name, { root });
  const path = await claimFolder(root, name, standardRunName(config));
  const run = new Run(path, config);
  await run.lock();
  await writeFileAtomic(join(path, 'env.json'), formatJson(env));
  await writeFileAtomic(join(path, 'config.json'), formatJson(config));
  return run;
}

/** @throws CoutureError of kind `usage` when `name` is not a plain folder name, or is taken */
export async function checkNewRun(name: string, { root = RUNS_FOLDER } = {}): Promise<void> {
  checkRunName(name);
  if (await exists(join(root, name))) throw taken(join(root, name));
}

/** The name of a run that is given none: its recipe, or `custom`, and its seed. */
export function standardRunName({ recipe, settings }: RunConfig): string {
  return `${recipe ?? 'custom'}-seed${settings.seed}`;
}

/** @throws CoutureError of kind `usage` when `name` is not a plain folder name */
export function checkRunName(name: string): void {
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(name)) {
    throw new CoutureError('usage', `"${name}" cannot be the name of a run.`, {
      hint: 'Use up to 100 letters, digits, dots, dashes and underscores, not beginning with a dot or a dash.',
    });
  }
}

function taken(path: string): CoutureError {
  return new CoutureError('usage', `The run ${path} exists already.`, {
    hint: `Choose another name, or go on with it: npx couture train --resume ${path}`,
  });
}

/** The folder of a run that does not exist yet. mkdir is exclusive: of two processes only one gets it. */
async function claimFolder(root: string, name: string | undefined, standard: string): Promise<string> {
  try {
    await mkdir(root, { recursive: true });
    for (let n = 1; n <= (name === undefined ? MAX_TRIES : 1); n++) {
      const path = join(root, name ?? (n === 1 ? standard : `${standard}-${n}`));
      try {
        await mkdir(path);
        return path;
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error;
      }
    }
  } catch (cause) {
    throw new CoutureError('runtime', `Cannot make a run folder in ${root}: ${reason(cause)}.`, { cause });
  }
  throw taken(join(root, name ?? standard));
}

/**
 * Opens a run by its path, or by its bare name under the folder of runs.
 * @throws CoutureError of kind `usage` when there is none, of kind `data` when its config is damaged
 */
export async function openRun(pathOrName: string, { root = RUNS_FOLDER } = {}): Promise<Run> {
  for (const path of [pathOrName, join(root, pathOrName)]) {
    const file = join(path, 'config.json');
    if (!(await exists(file))) continue;
    const config = await readJson(file, configSchema);
    checkConfig(config, file);
    return new Run(path, config);
  }
  if ((await shippedPath(pathOrName)) !== undefined) {
    throw new CoutureError(
      'usage',
      `"${pathOrName}" is a model that comes with the package, and this takes runs.`,
      {
        hint: `couture card ${pathOrName} tells how it was trained; predict, evaluate and pack take it as it is.`,
      },
    );
  }
  const names = (await listRuns({ root })).map((path) => basename(path));
  throw new CoutureError('usage', `There is no run "${pathOrName}".`, {
    hint:
      names.length === 0
        ? `There are no runs in ${resolve(root)}; make one: npx couture train --recipe baseline`
        : didYouMean(basename(pathOrName), names),
  });
}

/** @throws CoutureError of kind `data` when the network is none, or does not fit the data set */
function checkConfig({ data, model }: RunConfig, file: string): void {
  checkDatasetInfo(data, file);
  try {
    checkModelSpec(model);
  } catch (cause) {
    if (!(cause instanceof CoutureError)) throw cause;
    throw new CoutureError('data', `${file}: ${cause.message}`, { cause });
  }
  const [inputs, classes] = [imageSize(data.shape), data.classNames.length];
  if (inputWidth(model) === inputs && classCount(model) === classes) return;
  throw new CoutureError(
    'data',
    `${file}: the model takes ${inputWidth(model)} values and gives ${classCount(model)} classes, but the data set has ${inputs} values an image and ${classes} classes.`,
  );
}

/** Paths of the runs in a folder, by name. */
export async function listRuns({ root = RUNS_FOLDER } = {}): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const runs: string[] = [];
  for (const entry of entries)
    if (entry.isDirectory() && (await exists(join(root, entry.name, 'config.json'))))
      runs.push(join(root, entry.name));
  return runs.sort();
}
