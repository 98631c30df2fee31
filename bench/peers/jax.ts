/** jax-js with its wasm backend as a contender: `node jax.ts THREADS`. */

import { availableParallelism } from 'node:os';
import { Worker as NodeWorker } from 'node:worker_threads';
import { readImages } from '../data.ts';
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
import { type Answer, medianOf, type Question, serve, type TrainQuestion, timed } from '../protocol.ts';

const threads = Number(process.argv[2]);
if (threads > 1) lendWorkers();
const jax = await import('@jax-js/jax');
const { numpy: np, nn, random } = jax;
await jax.init('wasm');
jax.defaultDevice('wasm');

type Arr = InstanceType<typeof jax.Array>;

/** It starts threads only where there are Web Workers; Node's own are close enough to stand in. */
function lendWorkers(): void {
  const sources = new Map<string, Promise<string>>();
  let made = 0;
  URL.createObjectURL = (blob) => {
    const url = `blob:bench/${made++}`;
    sources.set(url, (blob as Blob).text());
    return url;
  };
  URL.revokeObjectURL = () => {};
  class LentWorker {
    onmessage: ((event: { data: unknown }) => void) | null = null;
    onerror: ((event: { message: string }) => void) | null = null;
    readonly #worker: Promise<NodeWorker>;
    constructor(url: string) {
      this.#worker = (sources.get(url) ?? Promise.reject(new Error(url))).then((source) => {
        const prologue =
          "const { parentPort } = require('node:worker_threads'); const self = globalThis;" +
          'globalThis.postMessage = (data) => parentPort.postMessage(data);' +
          "parentPort.on('message', (data) => self.onmessage({ data }));";
        const worker = new NodeWorker(prologue + source, { eval: true });
        worker.on('message', (data) => this.onmessage?.({ data }));
        worker.on('error', (error) => this.onerror?.(error));
        return worker;
      });
    }
    postMessage(data: unknown): void {
      void this.#worker.then((worker) => worker.postMessage(data));
    }
  }
  Object.assign(globalThis, { Worker: LentWorker });
  Object.defineProperty(globalThis, 'navigator', {
    value: { hardwareConcurrency: Math.min(threads, availableParallelism()) },
  });
}

const trainSet = readImages('train');
const images = Float32Array.from(trainSet.images, (byte) => byte / 127.5 - 1);
const { labels } = trainSet;
const order = shuffled(TRAIN_IMAGES);

interface Network {
  /** Weight and bias of each layer, then their first and second moments. */
  state: { params: Arr[]; first: Arr[]; second: Arr[] };
  readonly step: (...args: unknown[]) => { state: Network['state']; loss: Arr };
  readonly infer: (...args: unknown[]) => Arr;
  taken: number;
}
const networks = new Map<string, Network>();

function forward(model: Model, params: Arr[], x: Arr, key: Arr | undefined): Arr {
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

function networkOf(model: Model): Network {
  const known = networks.get(model.name);
  if (known) return known;
  const all = widths(model);
  const params = all
    .slice(1)
    .flatMap((outputs, i) => [
      np.array(makeWeights(all[i] * outputs, all[i])).reshape([all[i], outputs]),
      np.zeros([outputs]),
    ]);
  const zeros = () => params.map((tensor) => np.zeros(tensor.shape));
  const loss = (parameters: Arr[], x: Arr, oneHot: Arr, key: Arr): Arr => {
    const logProbabilities = nn.logSoftmax(forward(model, parameters, x, key));
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
    const y = nn.logSoftmax(forward(model, parameters, x, undefined));
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
  networks.set(model.name, made);
  return made;
}

async function train({ model, steps, batchSize }: TrainQuestion): Promise<void> {
  const network = networkOf(model);
  for (let step = 0; step < steps; step++) {
    const pixels = new Float32Array(batchSize * PIXELS);
    const oneHot = new Float32Array(batchSize * CLASSES);
    for (let row = 0; row < batchSize; row++) {
      const image = order[(step * batchSize + row) % TRAIN_IMAGES];
      pixels.set(images.subarray(image * PIXELS, (image + 1) * PIXELS), row * PIXELS);
      oneHot[row * CLASSES + labels[image]] = 1;
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
    await loss.data();
  }
  await jax.blockUntilReady(network.state.params.map((tensor) => tensor.ref));
}

async function infer(model: Model, from: number, count: number): Promise<void> {
  const network = networkOf(model);
  const x = np.array(images.slice(from * PIXELS, (from + count) * PIXELS)).reshape([count, PIXELS]);
  const params = network.state.params.map((tensor) => tensor.ref);
  await network.infer(params, x).data();
}

async function answer(question: Question): Promise<Answer> {
  if (question.ask === 'train') return { seconds: await timed(() => train(question)) };
  if (question.ask === 'evaluate') {
    const chunk = 500;
    const seconds = await timed(async () => {
      for (let from = 0; from < TEST_IMAGES; from += chunk) await infer(question.model, from, chunk);
    });
    return { seconds };
  }
  if (question.ask === 'predict')
    return { seconds: await medianOf(question.count, () => infer(question.model, 0, 1)) };
  return { info: 'jax-js 0.1.25, wasm' };
}

await serve(answer);
