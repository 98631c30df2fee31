/** Couture as a contender: `node couture.ts THREADS wide|narrow|fast`. */

import { performance } from 'node:perf_hooks';
import { keyFromSeed } from '../../src/core/philox.ts';
import type { DeviceImages } from '../../src/engine/backend.ts';
import { createNodeBackend } from '../../src/platform/node/engine/backend.ts';
import { Classifier } from '../../src/use/classifier.ts';
import { readImages } from '../data.ts';
import { BATCH_SIZE, CLASSES, type Model, PIXELS, shuffled, TRAIN_IMAGES } from '../models.ts';
import {
  type Answer,
  type EvaluateQuestion,
  medianOf,
  type PredictQuestion,
  type Question,
  serve,
  type TrainQuestion,
  timed,
  type WholeQuestion,
} from '../protocol.ts';
import { input, NetworkUnderway, specOf } from './couture-state.ts';
import { WholeTraining } from './couture-whole.ts';

/** How long the steps of one request take, about; as in src/train/train.ts. */
const CHUNK_SECONDS = 0.1;

const [threads, shape] = process.argv.slice(2);
const backend = await createNodeBackend({
  threads: Number(threads),
  pairing: shape !== 'narrow',
  fast: shape === 'fast',
});
const trainSet = readImages('train');
const labels = Uint16Array.from(trainSet.labels);
const order = shuffled(TRAIN_IMAGES);
const key = keyFromSeed(1);
let uploaded: DeviceImages | undefined;
let secondsPerStep = 0.002;
const networks = new Map<string, NetworkUnderway>();
const classifiers = new Map<string, Classifier>();
const trainings = new Map<string, WholeTraining>();

async function networkOf(model: Model, batchSize: number): Promise<NetworkUnderway> {
  const name = JSON.stringify([model.hidden, batchSize]);
  const known = networks.get(name);
  if (known) return known;
  const made = await NetworkUnderway.create(backend, model, batchSize);
  networks.set(name, made);
  return made;
}

async function train({ model, batchSize, steps, after }: TrainQuestion): Promise<number> {
  const network = await networkOf(model, batchSize);
  if (after !== undefined) await startAfter(network, model, batchSize, after);
  return await timed(() => advance(network, model, batchSize, steps));
}

async function startAfter(
  network: NetworkUnderway,
  model: Model,
  batchSize: number,
  epochs: number,
): Promise<void> {
  const perEpoch = Math.floor(TRAIN_IMAGES / batchSize);
  await network.start(epochs, () => advance(network, model, batchSize, epochs * perEpoch));
}

async function advance(
  network: NetworkUnderway,
  model: Model,
  batchSize: number,
  steps: number,
): Promise<void> {
  uploaded ??= await backend.upload(trainSet.images, input.shape);
  const perEpoch = Math.floor(TRAIN_IMAGES / batchSize);
  for (let done = 0; done < steps; ) {
    const from = network.step % perEpoch;
    const wanted = Math.max(1, Math.ceil(CHUNK_SECONDS / secondsPerStep));
    const chunk = Math.min(wanted, steps - done, perEpoch - from);
    const began = performance.now();
    await network.session.train({
      images: uploaded,
      labels,
      indices: order.subarray(from * batchSize, (from + chunk) * batchSize),
      batchSize,
      firstStep: network.step,
      learningRates: new Float32Array(chunk).fill(model.learningRate),
      optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
      dropoutKey: key,
    });
    secondsPerStep = (performance.now() - began) / 1000 / chunk;
    network.step += chunk;
    done += chunk;
  }
}

async function whole({ model, epochs, of }: WholeQuestion): Promise<Answer> {
  const known = trainings.get(model.name);
  const training = known ?? (await WholeTraining.create(backend, model, of));
  trainings.set(model.name, training);
  const seconds = await timed(() => training.advance(epochs));
  return training.isOver ? { seconds, accuracy: await training.finish(backend) } : { seconds };
}

async function classifierFor({ model, after = 0 }: EvaluateQuestion | PredictQuestion): Promise<Classifier> {
  const known = classifiers.get(model.name);
  if (known) return known;
  const network = await networkOf(model, BATCH_SIZE);
  await startAfter(network, model, BATCH_SIZE, after);
  const classNames = Array.from({ length: CLASSES }, (_, i) => `class ${i}`);
  const weights = await network.weights();
  const made = new Classifier({ spec: specOf(model), input, classNames, weights, backend, shared: true });
  classifiers.set(model.name, made);
  return made;
}

async function answer(question: Question): Promise<Answer> {
  if (question.ask === 'train') return { seconds: await train(question) };
  if (question.ask === 'whole') return await whole(question);
  if (question.ask === 'evaluate') {
    const classifier = await classifierFor(question);
    const { images } = readImages('test');
    return { seconds: await timed(() => classifier.logProbabilities(images)) };
  }
  if (question.ask === 'predict') {
    const classifier = await classifierFor(question);
    const image = readImages('test').images.slice(0, PIXELS);
    return { seconds: await medianOf(question.count, () => classifier.predict(image)) };
  }
  return { info: `Couture on Node ${process.versions.node}, ${backend.info.variant}` };
}

await serve(answer);
