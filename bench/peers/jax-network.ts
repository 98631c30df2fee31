/** The bench's networks in jax-js: trained and asked the same way in Node and in a page. */

import type * as Jax from '@jax-js/jax';
import type { Images } from '../data.ts';
import {
  BATCH_SIZE,
  CLASSES,
  type Model,
  makeWeights,
  PIXELS,
  shuffled,
  TEST_IMAGES,
  TRAIN_IMAGES,
  widths,
} from '../models.ts';
import type { EvaluateQuestion, PredictQuestion, TrainQuestion } from '../protocol.ts';
import { LAST_LOSSES, lastLoss, type Networks } from './answer.ts';

/** Where it computes. */
export type JaxDevice = 'wasm' | 'webgpu';

type Arr = InstanceType<typeof Jax.Array>;

/** Images that are classified at once, of many. */
const CHUNK = 500;

interface Network {
  /** Weight and bias of each layer, then their first and second moments. */
  state: { params: Arr[]; first: Arr[]; second: Arr[] };
  readonly step: (...args: unknown[]) => { state: Network['state']; loss: Arr };
  readonly infer: (...args: unknown[]) => Arr;
  taken: number;
}

export class JaxNetworks implements Networks {
  readonly info: string;
  readonly #jax: typeof Jax;
  readonly #device: JaxDevice;
  readonly #images: Float32Array;
  readonly #labels: Uint8Array;
  readonly #order = shuffled(TRAIN_IMAGES);
  readonly #networks = new Map<string, Network>();

  /** @param version of the library, which does not know its own */
  constructor(jax: typeof Jax, version: string, { images, labels }: Images, device: JaxDevice = 'wasm') {
    this.info = `jax-js ${version}, ${device}`;
    this.#jax = jax;
    this.#device = device;
    // Normalized beforehand, as for the others.
    this.#images = Float32Array.from(images, (byte) => byte / 127.5 - 1);
    this.#labels = labels;
  }

  #forward(model: Model, params: Arr[], x: Arr, key: Arr | undefined): Arr {
    const { numpy: np, nn, random } = this.#jax;
    const last = params.length / 2 - 1;
    const keys = key ? random.split(key, last + 1) : undefined;
    let y = x;
    for (let i = 0; i <= last; i++) {
      y = np.matmul(y, params[2 * i].ref).add(params[2 * i + 1].ref);
      if (i < last) y = nn.relu(y) as Arr;
      const p = model.dropout[i] ?? 0;
      if (keys && p > 0) {
        const kept = random.bernoulli(keys.ref.slice(i) as Arr, 1 - p, y.shape);
        y = np.where(kept, y.mul(1 / (1 - p)), 0);
      }
    }
    keys?.dispose();
    return y;
  }

  #networkOf(model: Model): Network {
    const known = this.#networks.get(model.name);
    if (known) return known;
    const jax = this.#jax;
    const { numpy: np, nn } = jax;
    const all = widths(model);
    const params = all
      .slice(1)
      .flatMap((outputs, i) => [
        np.array(makeWeights(all[i] * outputs, all[i])).reshape([all[i], outputs]),
        np.zeros([outputs]),
      ]);
    const zeros = () => params.map((tensor) => np.zeros(tensor.shape));
    const loss = (parameters: Arr[], x: Arr, oneHot: Arr, key: Arr): Arr => {
      const logProbabilities = nn.logSoftmax(this.#forward(model, parameters, x, key));
      for (const tensor of parameters) tensor.dispose();
      return logProbabilities
        .mul(oneHot)
        .sum()
        .mul(-1 / BATCH_SIZE);
    };
    const update = (state: Network['state'], x: Arr, oneHot: Arr, key: Arr, rate: Arr, correction: Arr) => {
      const [value, gradients] = jax.valueAndGrad(loss)(
        state.params.map((tensor) => tensor.ref),
        x,
        oneHot,
        key,
      ) as unknown as [Arr, Arr[]];
      const next: Network['state'] = { params: [], first: [], second: [] };
      gradients.forEach((gradient, i) => {
        const first = state.first[i].mul(0.9).add(gradient.ref.mul(0.1));
        const second = state.second[i].mul(0.999).add(np.square(gradient).mul(0.001));
        const denominator = np.sqrt(second.ref).mul(correction.ref).add(1e-8);
        next.params.push(state.params[i].sub(first.ref.mul(rate.ref).div(denominator)));
        next.first.push(first);
        next.second.push(second);
      });
      rate.dispose();
      correction.dispose();
      return { state: next, loss: value };
    };
    const infer = (parameters: Arr[], x: Arr): Arr => {
      const y = nn.logSoftmax(this.#forward(model, parameters, x, undefined));
      for (const tensor of parameters) tensor.dispose();
      return y;
    };
    const made: Network = {
      state: { params, first: zeros(), second: zeros() },
      // jit's type follows its argument; the bench passes trees of arrays.
      step: jax.jit(update as never) as unknown as Network['step'],
      infer: jax.jit(infer as never) as unknown as Network['infer'],
      taken: 0,
    };
    this.#networks.set(model.name, made);
    return made;
  }

  async train({ model, steps, batchSize }: TrainQuestion): Promise<number> {
    const { numpy: np, random, blockUntilReady } = this.#jax;
    const network = this.#networkOf(model);
    const losses: number[] = [];
    const unread: Arr[] = [];
    for (let step = 0; step < steps; step++) {
      const pixels = new Float32Array(batchSize * PIXELS);
      const oneHot = new Float32Array(batchSize * CLASSES);
      for (let row = 0; row < batchSize; row++) {
        const image = this.#order[(step * batchSize + row) % TRAIN_IMAGES];
        pixels.set(this.#images.subarray(image * PIXELS, (image + 1) * PIXELS), row * PIXELS);
        oneHot[row * CLASSES + this.#labels[image]] = 1;
      }
      network.taken++;
      const { state, loss } = network.step(
        network.state,
        np.array(pixels).reshape([batchSize, PIXELS]),
        np.array(oneHot).reshape([batchSize, CLASSES]),
        random.key(network.taken),
        np.array(model.learningRate / (1 - 0.9 ** network.taken)),
        np.array(1 / Math.sqrt(1 - 0.999 ** network.taken)),
      );
      network.state = state;
      // Waiting for a GPU at every step would leave it idle.
      if (this.#device === 'webgpu') unread.push(loss);
      else losses.push((await loss.data())[0]);
    }
    await blockUntilReady(network.state.params.map((tensor) => tensor.ref));
    for (const loss of unread.slice(0, -LAST_LOSSES)) loss.dispose();
    for (const loss of unread.slice(-LAST_LOSSES)) losses.push((await loss.data())[0]);
    return lastLoss(losses);
  }

  async #infer(model: Model, from: number, count: number): Promise<void> {
    const network = this.#networkOf(model);
    const pixels = this.#images.slice(from * PIXELS, (from + count) * PIXELS);
    const x = this.#jax.numpy.array(pixels).reshape([count, PIXELS]);
    const params = network.state.params.map((tensor) => tensor.ref);
    await network.infer(params, x).data();
  }

  async evaluate({ model }: EvaluateQuestion): Promise<void> {
    for (let from = 0; from < TEST_IMAGES; from += CHUNK) await this.#infer(model, from, CHUNK);
  }

  async predict({ model }: PredictQuestion): Promise<void> {
    await this.#infer(model, 0, 1);
  }
}
