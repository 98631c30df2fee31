/** Couture in a page, as its users have it: the engine in a worker, with threads where memory can be shared. */

import { keyFromSeed } from '../../src/core/philox.ts';
import type { Backend, DeviceImages, Session, TensorRole } from '../../src/engine/backend.ts';
import { createWebGpuBackend } from '../../src/engine/webgpu/backend.ts';
import { initialize } from '../../src/model/init.ts';
import type { TensorMap } from '../../src/model/network.ts';
import { buildProgram, type Program } from '../../src/model/program.ts';
import { multilayer } from '../../src/model/spec.ts';
import { createWebBackend } from '../../src/platform/web/backend.ts';
import { findWebAdapter } from '../../src/platform/web/gpu.ts';
import { inputOf, resolveConfig } from '../../src/train/config.ts';
import { Classifier } from '../../src/use/classifier.ts';
import type { Images } from '../data.ts';
import {
  BATCH_SIZE,
  CLASSES,
  type Model,
  makeWeights,
  PIXELS,
  shuffled,
  TRAIN_IMAGES,
  widths,
} from '../models.ts';
import { lastLoss, type Networks } from '../peers/answer.ts';
import type { AdapterName, EvaluateQuestion, PredictQuestion, TrainQuestion } from '../protocol.ts';
import { countCommands, withCommands } from './commands.ts';
import { fetchImages } from './images.ts';

/** How long the steps of one request take, about; as in src/train/train.ts. */
const CHUNK_SECONDS = 0.1;
const STEPS_PER_EPOCH = Math.floor(TRAIN_IMAGES / BATCH_SIZE);

const input = inputOf(resolveConfig());
const key = keyFromSeed(1);
const roles: readonly TensorRole[] = ['value', 'firstMoment', 'secondMoment'];

/** What so many steps of training come to: tensors by role and parameter. */
interface State {
  readonly step: number;
  readonly tensors: ReadonlyMap<TensorRole, TensorMap>;
}

interface Start {
  readonly adapter: AdapterName | undefined;
  readonly weights: (program: Program, model: Model) => TensorMap;
}

/** A network under way. */
interface Network {
  readonly model: Model;
  readonly program: Program;
  readonly session: Session;
  /** By the epochs that they took. */
  readonly states: Map<number, State>;
  readonly classifiers: Map<number, Classifier>;
  step: number;
  secondsPerStep: number;
}

export class CoutureNetworks implements Networks {
  readonly info: string;
  readonly adapter: AdapterName | undefined;
  readonly #weights: Start['weights'];
  readonly #backend: Backend;
  readonly #test: Images;
  readonly #uploaded: DeviceImages;
  readonly #labels: Uint16Array;
  readonly #order = shuffled(TRAIN_IMAGES);
  readonly #networks = new Map<string, Network>();

  static async open(threads: number, fast: boolean): Promise<CoutureNetworks> {
    const backend = await createWebBackend({ backend: 'wasm', threads, fast });
    if (backend.info.threads !== threads) throw new Error(`it took ${backend.info.threads} threads`);
    return await CoutureNetworks.#of(backend);
  }

  /**
   * On WebGPU, with the peers' first weights.
   * @param place in a worker, as its users have it; or in the page's own thread, with the kernels that a GPU gets also where
   * the adapter is software, and with its commands counted
   */
  static async openGpu(place: 'worker' | 'page'): Promise<Networks> {
    const adapter = await findWebAdapter();
    const commands = place === 'page' ? countCommands() : undefined;
    const backend =
      place === 'worker'
        ? await createWebBackend({ backend: 'webgpu' })
        : await createWebGpuBackend(navigator.gpu, { plain: false });
    const networks = await CoutureNetworks.#of(backend, { adapter, weights: peersWeights });
    return commands ? withCommands(networks, commands) : networks;
  }

  static async #of(backend: Backend, more: Partial<Start> = {}): Promise<CoutureNetworks> {
    const train = await fetchImages('train');
    const uploaded = await backend.upload(train.images, input.shape);
    return new CoutureNetworks(backend, uploaded, train.labels, await fetchImages('test'), more);
  }

  private constructor(
    backend: Backend,
    uploaded: DeviceImages,
    labels: Uint8Array,
    test: Images,
    { adapter, weights = firstWeights }: Partial<Start>,
  ) {
    this.info = `Couture, ${backend.info.variant}`;
    this.adapter = adapter;
    this.#weights = weights;
    this.#backend = backend;
    this.#uploaded = uploaded;
    this.#labels = Uint16Array.from(labels);
    this.#test = test;
  }

  async prepare({ ask, model, after }: TrainQuestion | EvaluateQuestion | PredictQuestion): Promise<void> {
    const network = await this.#networkOf(model);
    if (ask === 'train' && after === undefined) return;
    const state = await this.#stateOf(network, after ?? 0);
    if (ask === 'train') await restore(network, state);
    else this.#classifierOf(network, after ?? 0, state);
  }

  async train({ model, steps }: TrainQuestion): Promise<number> {
    return await this.#advance(await this.#networkOf(model), steps);
  }

  async evaluate(question: EvaluateQuestion): Promise<void> {
    await (await this.#asked(question)).logProbabilities(this.#test.images);
  }

  async predict(question: PredictQuestion): Promise<void> {
    await (await this.#asked(question)).predict(this.#test.images.subarray(0, PIXELS));
  }

  async #asked({ model, after = 0 }: EvaluateQuestion | PredictQuestion): Promise<Classifier> {
    const network = await this.#networkOf(model);
    return this.#classifierOf(network, after, await this.#stateOf(network, after));
  }

  async #networkOf(model: Model): Promise<Network> {
    const known = this.#networks.get(model.name);
    if (known) return known;
    const program = buildProgram(specOf(model), input);
    const session = await this.#backend.createSession(program, { batchSize: BATCH_SIZE });
    const states = new Map([[0, firstState(program, this.#weights(program, model))]]);
    const fresh = { states, classifiers: new Map(), step: 0, secondsPerStep: 0.002 };
    const made: Network = { model, program, session, ...fresh };
    await restore(made, await this.#stateOf(made, 0));
    this.#networks.set(model.name, made);
    return made;
  }

  /** What so many epochs of training come to, of a network that is trained for it once. */
  async #stateOf(network: Network, epochs: number): Promise<State> {
    const known = network.states.get(epochs);
    if (known) return known;
    await restore(network, await this.#stateOf(network, 0));
    await this.#advance(network, epochs * STEPS_PER_EPOCH);
    const tensors = new Map<TensorRole, TensorMap>();
    for (const role of roles) {
      const values = new Map<string, Float32Array>();
      for (const { name } of network.program.plan.parameters)
        values.set(name, await network.session.read(name, role));
      tensors.set(role, values);
    }
    const state = { step: network.step, tensors };
    network.states.set(epochs, state);
    return state;
  }

  #classifierOf({ model, classifiers }: Network, epochs: number, { tensors }: State): Classifier {
    const known = classifiers.get(epochs);
    if (known) return known;
    const classNames = Array.from({ length: CLASSES }, (_, i) => `class ${i}`);
    const weights = tensors.get('value') ?? new Map();
    const network = { spec: specOf(model), input, classNames, weights };
    const made = new Classifier({ ...network, backend: this.#backend, shared: true });
    classifiers.set(epochs, made);
    return made;
  }

  /** Gives the mean loss of the last steps. */
  async #advance(network: Network, steps: number): Promise<number> {
    const losses: number[] = [];
    for (let done = 0; done < steps; ) {
      const from = network.step % STEPS_PER_EPOCH;
      const wanted = Math.max(1, Math.ceil(CHUNK_SECONDS / network.secondsPerStep));
      const chunk = Math.min(wanted, steps - done, STEPS_PER_EPOCH - from);
      const began = performance.now();
      const ofImages = await network.session.train({
        images: this.#uploaded,
        labels: this.#labels,
        indices: this.#order.subarray(from * BATCH_SIZE, (from + chunk) * BATCH_SIZE),
        batchSize: BATCH_SIZE,
        firstStep: network.step,
        learningRates: new Float32Array(chunk).fill(network.model.learningRate),
        optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
        dropoutKey: key,
      });
      network.secondsPerStep = (performance.now() - began) / 1000 / chunk;
      network.step += chunk;
      done += chunk;
      for (let i = 0; i < chunk; i++)
        losses.push(meanOf(ofImages.subarray(i * BATCH_SIZE, (i + 1) * BATCH_SIZE)));
    }
    return lastLoss(losses);
  }
}

const specOf = ({ hidden, dropout }: Model) => multilayer(PIXELS, hidden, CLASSES, dropout);

/** First weights, and moments of 0. */
function firstState({ plan }: Program, weights: TensorMap): State {
  const zeros = new Map(
    plan.parameters.map(({ name, shape }) => [
      name,
      new Float32Array(shape.reduce((size, n) => size * n, 1)),
    ]),
  );
  const tensors: [TensorRole, TensorMap][] = [
    ['value', weights],
    ['firstMoment', zeros],
    ['secondMoment', zeros],
  ];
  return { step: 0, tensors: new Map(tensors) };
}

function firstWeights({ plan }: Program): TensorMap {
  return initialize(plan, key);
}

/** Those that the peers begin with, which have the inputs of a layer as rows. */
function peersWeights({ plan }: Program, model: Model): TensorMap {
  const all = widths(model);
  return new Map(
    plan.parameters.map(({ name, shape, layer, part }) => {
      if (part !== 'weight') return [name, new Float32Array(shape[0])];
      const [outputs, inputs] = shape;
      const theirs = makeWeights(all[layer] * all[layer + 1], all[layer]);
      return [
        name,
        Float32Array.from(theirs, (_, i) => theirs[(i % inputs) * outputs + Math.floor(i / inputs)]),
      ];
    }),
  );
}

function meanOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

async function restore(network: Network, { step, tensors }: State): Promise<void> {
  for (const [role, values] of tensors)
    for (const [name, tensor] of values) await network.session.write(name, tensor, role);
  network.step = step;
}
