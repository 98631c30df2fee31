/**
 * The training loop: an async generator of typed events over one session. It has no files and no output; the
 * consumers of the events have. A run is a function of its config and data: events may differ in timing, but
 * not in numbers.
 */

import {
  aFunction,
  anObject,
  aSignal,
  checkArguments,
  exactly,
  kind,
  optional,
  record,
} from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { Pace } from '../core/pace.ts';
import { type Key, keyFromSeed } from '../core/philox.ts';
import { aDataset } from '../data/argument-kinds.ts';
import type { Dataset } from '../data/dataset.ts';
import { epochOrder, type Split } from '../data/split.ts';
import { aBackend } from '../engine/argument-kinds.ts';
import type { Backend, DeviceImages, Session } from '../engine/backend.ts';
import { initialize } from '../model/init.ts';
import type { TensorMap } from '../model/network.ts';
import { buildProgram, type Program } from '../model/program.ts';
import { classCount } from '../model/spec.ts';
import { aConfig } from './argument-kinds.ts';
import { checkBatchSize, imagesPerEpoch, stepsPerEpoch } from './batches.ts';
import { bestEpoch } from './best.ts';
import { checkTrainable, dataNotices } from './check-data.ts';
import { classWeightsOf, countClasses } from './class-weights.ts';
import { inputOf } from './config.ts';
import { checkFiniteState, Divergence } from './divergence.ts';
import { type EpochMetrics, modelOf, type Stuck, type TrainEvent, type TrainState } from './events.ts';
import { frozenLayers } from './freeze.ts';
import { learningRates, type RateChange, rateInEpoch } from './schedule.ts';
import { SessionTensors } from './session-tensors.ts';
import type { RunConfig } from './settings.ts';
import { Steps } from './steps.ts';
import { deadShareOf, isAtChance, stuckFigures } from './stuck.ts';
import { checkTeacher, type Teacher } from './teacher.ts';
import { Validation } from './validate.ts';

/** How a network is trained: the backend, the data set, and what the training continues from. */
export interface TrainOptions {
  readonly backend: Backend;
  /** The training split; validation images are held out of it. */
  readonly dataset: Dataset;
  /**
   * Source of predictions for the targets; needed if `distillation` is above 0. On the same backend as
   * training.
   */
  readonly teacher?: Teacher;
  /**
   * First weights by name, instead of random ones; layers that are not in it start at random. `initFrom` of the config names
   * the layers that they are of, whose BatchNorm1d keeps its statistics while they are frozen.
   */
  readonly initial?: TensorMap;
  /** Continue from this state instead of from new weights. */
  readonly resume?: TrainState;
  /** Stops after the steps under way, with a checkpoint. */
  readonly signal?: AbortSignal;
  /**
   * Changes of the learning rate, asked for with the number of each epoch that begins, so that a person can make them
   * during training; by default those of the settings.
   */
  readonly rateChanges?: (epoch: number) => readonly RateChange[];
  /** Learning rates of `count` steps from step `first`, counted from 0; by default those of the settings. */
  readonly rates?: (first: number, count: number) => Float32Array;
}

const trainOptions = exactly({
  backend: aBackend,
  dataset: aDataset,
  teacher: optional(record({ probabilities: aFunction }, 'a teacher')),
  initial: optional(kind('a Map of weights by name', (value) => value instanceof Map)),
  resume: optional(anObject),
  signal: optional(aSignal),
  rateChanges: optional(aFunction),
  rates: optional(aFunction),
});

/**
 * Trains the network of `config` and yields what happens; the last event is `done`.
 * @throws CoutureError of kind `usage` when data, model and teacher do not match, `runtime` (a `Divergence`)
 * when the loss or any part of the state is not finite: no such state is yielded
 */
export async function* train(
  config: RunConfig,
  options: TrainOptions,
): AsyncGenerator<TrainEvent, void, void> {
  checkArguments('train', { config: [config, aConfig], options: [options, trainOptions] });
  const run = await TrainingRun.begin(config, options);
  try {
    yield* run.events();
  } finally {
    run.dispose();
  }
}

/** The resources of a run on its backend. */
interface Prepared {
  readonly program: Program;
  readonly session: Session;
  readonly images: DeviceImages;
  readonly split: Split;
}

class TrainingRun {
  readonly #config: RunConfig;
  readonly #signal: AbortSignal | undefined;
  readonly #rates: (first: number, count: number) => Float32Array;
  readonly #rateChanges: (epoch: number) => readonly RateChange[];
  /** Those of the epoch in progress. */
  #changes: readonly RateChange[];
  readonly #dataset: Dataset;
  readonly #key: Key;
  readonly #split: Split;
  readonly #session: Session;
  readonly #images: DeviceImages;
  readonly #steps: Steps;
  readonly #tensors: SessionTensors;
  readonly #history: EpochMetrics[];
  /** The epoch in progress, if the run was resumed within one. */
  readonly #unfinished: TrainState | undefined;
  readonly #validation: Validation;
  readonly #backend: Backend;
  /** Images between two checks of the signal. */
  readonly #pace: Pace;

  private constructor(
    config: RunConfig,
    { backend, dataset, teacher, resume, signal, rates, rateChanges }: TrainOptions,
    { program, session, images, split }: Prepared,
  ) {
    this.#config = config;
    this.#backend = backend;
    this.#pace = new Pace({ first: config.settings.batchSize });
    this.#signal = signal;
    this.#dataset = dataset;
    this.#key = keyFromSeed(config.settings.seed);
    this.#split = split;
    this.#session = session;
    this.#images = images;
    const classes = classCount(config.model);
    this.#validation = new Validation({
      session,
      images,
      labels: dataset.labels,
      indices: split.validation,
      classes,
      weights: program.average ? 'average' : 'value',
      signal,
    });
    const { settings } = config;
    const total = settings.epochs * this.#stepsPerEpoch;
    this.#tensors = new SessionTensors(session, program);
    this.#steps = new Steps({
      ...{ config, session, images, teacher, total, labels: dataset.labels, key: this.#key },
      classWeights: classWeightsOf(settings, dataset.labels, split.train, classes),
    });
    this.#rateChanges = rateChanges ?? (() => settings.rateChanges);
    this.#changes = settings.rateChanges;
    this.#rates =
      rates ??
      ((first, count) => learningRates({ ...settings, rateChanges: this.#changes }, total, first, count));
    this.#history = [...(resume?.history ?? [])];
    if (rates === undefined) this.#checkRates();
    this.#unfinished = resume !== undefined && resume.step > 0 ? resume : undefined;
  }

  /**
   * That the finished epochs had the rates of the config: whoever repeats the run from its config gets the same weights.
   * Versions of Couture may differ in the last bits of a schedule.
   */
  #checkRates(): void {
    for (const { epoch, learningRate } of this.#history) {
      const [expected] = this.#rates((epoch - 1) * this.#stepsPerEpoch, 1);
      if (Math.abs(learningRate - expected) <= 1e-5 * expected) continue;
      throw new CoutureError(
        'data',
        `The checkpoint has learning rate ${learningRate} in epoch ${epoch}, but its config has ${expected}.`,
        { hint: 'Restore the files that belong to this run, or train it again under another name.' },
      );
    }
  }

  /** Checks the input, and uploads images and weights to the backend. */
  static async begin(config: RunConfig, options: TrainOptions): Promise<TrainingRun> {
    const { backend, dataset, teacher, initial, resume } = options;
    const input = inputOf(config);
    checkTeacher(teacher, config.settings);
    checkBatchSize(config.model, config.settings.batchSize);
    const split = checkTrainable(config, dataset);
    const { average, swa, clip, init, stem, seed } = config.settings;
    // With `average` the statistics of norms stay those of the last weights, so that older runs can be
    // repeated bit for bit.
    const program = buildProgram(config.model, input, {
      clip,
      ...frozenLayers(config),
      average: average > 0 || swa > 0,
      averageStatistics: swa > 0,
    });
    const batchSize = Math.min(config.settings.batchSize, split.train.length);
    const session = await backend.createSession(program, { batchSize });
    let images: DeviceImages | undefined;
    try {
      images = await backend.upload(dataset.images, dataset.info.shape);
      const run = new TrainingRun(config, options, { program, session, images, split });
      if (resume !== undefined) await run.#tensors.resume(resume);
      else {
        const random = initialize(program.plan, keyFromSeed(seed), init, input, stem);
        await run.#tensors.start(withInitial(random, initial));
      }
      return run;
    } catch (error) {
      session.dispose();
      images?.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.#session.dispose();
    this.#images.dispose();
  }

  async *events(): AsyncGenerator<TrainEvent, void, void> {
    const { epochs } = this.#config.settings;
    yield {
      type: 'start',
      epochs,
      stepsPerEpoch: this.#stepsPerEpoch,
      trainImages: this.#split.train.length,
      validationImages: this.#split.validation.length,
      doneEpochs: this.#history.length,
      notices: dataNotices(this.#split, this.#dataset),
    };
    for (let epoch = this.#history.length + 1; epoch <= epochs; epoch++) {
      if (this.#patienceIsOver()) return yield await this.#done('patience');
      const finished = yield* this.#epoch(epoch);
      if (!finished) return yield await this.#done('interrupted');
    }
    yield await this.#done('finished');
  }

  async #done(reason: 'finished' | 'patience' | 'interrupted'): Promise<TrainEvent> {
    const stuck = reason === 'interrupted' ? undefined : await this.#stuck();
    return { type: 'done', reason, history: [...this.#history], stuck };
  }

  /** The figures of a run that never got beyond chance; undefined for others. */
  async #stuck(): Promise<Stuck | undefined> {
    const { validation } = this.#split;
    const counts = countClasses(this.#dataset.labels, validation, classCount(this.#config.model));
    if (!isAtChance(this.#history, counts)) return undefined;
    const weights = modelOf(await this.#tensors.weights());
    const network = { spec: this.#config.model, input: inputOf(this.#config), weights };
    const held = { backend: this.#backend, images: this.#images, indices: validation, signal: this.#signal };
    return stuckFigures(this.#history, counts, await deadShareOf(network, held));
  }

  get #stepsPerEpoch(): number {
    return stepsPerEpoch(this.#split.train.length, this.#config.model, this.#config.settings.batchSize);
  }

  #patienceIsOver(): boolean {
    const { patience } = this.#config.settings;
    return patience > 0 && this.#history.length - this.#bestEpoch >= patience;
  }

  /** 0 before the first. */
  get #bestEpoch(): number {
    return bestEpoch(this.#history, this.#config.settings.select)?.epoch ?? 0;
  }

  /** One epoch with its validation. Returns whether it was finished; if not, the checkpoint has been yielded. */
  async *#epoch(epoch: number): AsyncGenerator<TrainEvent, boolean, void> {
    const { batchSize } = this.#config.settings;
    this.#changes = this.#rateChanges(epoch);
    const epochStart = (epoch - 1) * this.#stepsPerEpoch;
    const order = epochOrder(this.#split.train, this.#key, epoch).subarray(
      0,
      imagesPerEpoch(this.#split.train.length, this.#config.model, batchSize),
    );
    const resumed = this.#unfinished?.epoch === epoch - 1 ? this.#unfinished : undefined;
    const losses = new Float32Array(order.length);
    losses.set(resumed?.losses ?? []);
    const began = performance.now() - (resumed?.seconds ?? 0) * 1000;
    const seconds = () => (performance.now() - began) / 1000;
    let step = resumed?.step ?? 0;
    let lossSum = sum(losses, 0, step * batchSize);
    while (step < this.#stepsPerEpoch) {
      if (this.#signal?.aborted) {
        const trained = losses.slice(0, Math.min(step * batchSize, losses.length));
        yield { type: 'checkpoint', state: await this.#state(step, trained, step > 0 ? seconds() : 0) };
        return false;
      }
      const wanted = Math.max(1, Math.floor(this.#pace.next / batchSize));
      const steps = Math.min(wanted, this.#stepsPerEpoch - step);
      const from = step * batchSize;
      const indices = order.subarray(from, from + steps * batchSize);
      const chunkBegan = performance.now();
      const first = epochStart + step;
      const chunk = await this.#pace.time(indices.length, () =>
        this.#steps.train({ epoch, first, indices, learningRates: this.#rates(first, steps) }),
      );
      const imagesPerSecond = indices.length / Math.max((performance.now() - chunkBegan) / 1000, 1e-4);
      losses.set(chunk, from);
      step += steps;
      lossSum = sum(chunk, lossSum);
      const loss = lossSum / (from + indices.length);
      yield {
        type: 'step',
        epoch,
        step,
        steps: this.#stepsPerEpoch,
        loss,
        losses: chunk,
        imagesPerSecond,
      };
      checkFinite(lossSum, epoch, this.#rateIn(epoch));
    }
    const validation = await this.#validation.run();
    if (validation === undefined) {
      yield { type: 'checkpoint', state: await this.#state(step, losses, seconds()) };
      return false;
    }
    const metrics = {
      epoch,
      trainLoss: lossSum / order.length,
      ...validation,
      learningRate: this.#rates(epochStart, 1)[0],
      seconds: seconds(),
    };
    this.#history.push(metrics);
    const isBest = this.#bestEpoch === epoch;
    const state = await this.#state(0, new Float32Array(), 0);
    yield { type: 'epoch', metrics, isBest, parameters: modelOf(state) };
    yield { type: 'checkpoint', state };
    return true;
  }

  /** @throws Divergence when a value is not finite: such a state is not continued or stored */
  async #state(step: number, losses: Float32Array, seconds: number): Promise<TrainState> {
    const state: TrainState = {
      epoch: this.#history.length,
      step,
      losses,
      seconds,
      history: [...this.#history],
      ...(await this.#tensors.state()),
    };
    const epoch = step > 0 ? state.epoch + 1 : state.epoch;
    checkFiniteState(state, epoch, this.#rateIn(epoch));
    return state;
  }

  /** The rate of an epoch before the schedule. */
  #rateIn(epoch: number): number {
    return rateInEpoch({ ...this.#config.settings, rateChanges: this.#changes }, epoch);
  }
}

/**
 * Random weights with the given ones over them.
 * @throws CoutureError of kind `usage` when one belongs to no layer; its length is checked where it is uploaded
 */
function withInitial(random: TensorMap, initial: TensorMap | undefined): TensorMap {
  if (initial === undefined) return random;
  const stranger = [...initial.keys()].find((name) => !random.has(name));
  if (stranger === undefined) return new Map([...random, ...initial]);
  throw new CoutureError('usage', `The first weights have a tensor "${stranger}" that belongs to no layer.`);
}

/** `start` plus the first `length` values in sequence: the order is part of the result. */
function sum(values: Float32Array, start: number, length = values.length): number {
  let total = start;
  for (let i = 0; i < Math.min(length, values.length); i++) total += values[i];
  return total;
}

function checkFinite(loss: number, epoch: number, learningRate: number): void {
  if (Number.isFinite(loss)) return;
  throw new Divergence(`Training diverged in epoch ${epoch}: the loss is not a finite number.`, learningRate);
}
