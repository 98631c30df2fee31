/** TensorFlow.js with its wasm backend as a contender: `node tfjs.ts THREADS`. */

import { createRequire } from 'node:module';
import type * as Core from '@tensorflow/tfjs';
import type * as Backend from '@tensorflow/tfjs-backend-wasm';
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

// Its ES modules lack file extensions and do not load in Node; its CommonJS builds do.
const require = createRequire(import.meta.url);
const tf: typeof Core = require('@tensorflow/tfjs');
const wasm: typeof Backend = require('@tensorflow/tfjs-backend-wasm');

const threads = Number(process.argv[2]);
// It leaves threads off in Node unless told otherwise.
if (threads > 1) tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', true);
wasm.setThreadsCount(threads);
const folder = require.resolve('@tensorflow/tfjs-backend-wasm').replace(/dist[\\/][^\\/]*$/, 'dist/');
wasm.setWasmPaths(folder);
if (!(await tf.setBackend('wasm')))
  throw new Error(threads > 1 ? 'its threads do not start in Node' : 'the wasm backend did not start');
await tf.ready();
if (threads > 1 && wasm.getThreadsCount() !== threads) throw new Error('it did not take the threads');

// Normalized beforehand, as for the others.
const trainSet = readImages('train');
const images = Float32Array.from(trainSet.images, (byte) => byte / 127.5 - 1);
const { labels } = trainSet;
const order = shuffled(TRAIN_IMAGES);

interface Network {
  readonly layers: readonly { readonly weights: Core.Variable; readonly bias: Core.Variable }[];
  readonly optimizer: Core.Optimizer;
}
const networks = new Map<string, Network>();

function networkOf(model: Model): Network {
  const known = networks.get(model.name);
  if (known) return known;
  const all = widths(model);
  const layers = all.slice(1).map((outputs, i) => ({
    weights: tf.variable(tf.tensor2d(makeWeights(all[i] * outputs, all[i]), [all[i], outputs])),
    bias: tf.variable(tf.zeros([outputs])),
  }));
  const made = { layers, optimizer: tf.train.adam(model.learningRate) };
  networks.set(model.name, made);
  return made;
}

function forward(model: Model, x: Core.Tensor2D, training: boolean): Core.Tensor2D {
  const { layers } = networkOf(model);
  let y = x;
  layers.forEach(({ weights, bias }, i) => {
    const last = i === layers.length - 1;
    y = tf.fused.matMul({
      a: y,
      b: weights as Core.Tensor2D,
      bias,
      activation: last ? 'linear' : 'relu',
    }) as Core.Tensor2D;
    const p = model.dropout[i] ?? 0;
    if (training && p > 0) y = tf.dropout(y, p) as Core.Tensor2D;
  });
  return y;
}

async function train({ model, steps, batchSize }: TrainQuestion): Promise<void> {
  const { optimizer } = networkOf(model);
  for (let step = 0; step < steps; step++) {
    const pixels = new Float32Array(batchSize * PIXELS);
    const targets = new Int32Array(batchSize);
    for (let row = 0; row < batchSize; row++) {
      const image = order[(step * batchSize + row) % TRAIN_IMAGES];
      pixels.set(images.subarray(image * PIXELS, (image + 1) * PIXELS), row * PIXELS);
      targets[row] = labels[image];
    }
    const loss = tf.tidy(() => {
      const x = tf.tensor2d(pixels, [batchSize, PIXELS]);
      const oneHot = tf.cast(tf.oneHot(tf.tensor1d(targets, 'int32'), CLASSES), 'float32');
      const value = optimizer.minimize(
        () => tf.losses.softmaxCrossEntropy(oneHot, forward(model, x, true)) as Core.Scalar,
        true,
      );
      if (!value) throw new Error('no loss');
      return value;
    });
    await loss.data();
    loss.dispose();
  }
}

async function infer(model: Model, from: number, count: number): Promise<void> {
  const result = tf.tidy(() => {
    const x = tf.tensor2d(images.subarray(from * PIXELS, (from + count) * PIXELS), [count, PIXELS]);
    return tf.logSoftmax(forward(model, x, false));
  });
  await result.data();
  result.dispose();
}

async function answer(question: Question): Promise<Answer> {
  if (question.ask === 'train') return { seconds: await timed(() => train(question)) };
  if (question.ask === 'evaluate') {
    const chunk = BATCH_SIZE * 8;
    const seconds = await timed(async () => {
      for (let from = 0; from < TEST_IMAGES; from += chunk) {
        await infer(question.model, from, Math.min(chunk, TEST_IMAGES - from));
      }
    });
    return { seconds };
  }
  if (question.ask === 'predict')
    return { seconds: await medianOf(question.count, () => infer(question.model, 0, 1)) };
  return { info: `TensorFlow.js ${tf.version['tfjs-core']}, wasm` };
}

await serve(answer);
