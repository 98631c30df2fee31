/** The bench's networks in TensorFlow.js: trained and asked the same way in Node and in a page. */

import type * as Core from '@tensorflow/tfjs';
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

/** Images that are classified at once, of many. */
const CHUNK = BATCH_SIZE * 8;

/** Where it computes. */
export type TfjsBackend = 'wasm' | 'webgpu';

interface Network {
  readonly layers: readonly { readonly weights: Core.Variable; readonly bias: Core.Variable }[];
  readonly optimizer: Core.Optimizer;
}

export class TfjsNetworks implements Networks {
  readonly info: string;
  readonly #tf: typeof Core;
  readonly #backend: TfjsBackend;
  readonly #images: Float32Array;
  readonly #labels: Uint8Array;
  readonly #order = shuffled(TRAIN_IMAGES);
  readonly #networks = new Map<string, Network>();

  constructor(tf: typeof Core, { images, labels }: Images, backend: TfjsBackend = 'wasm') {
    this.info = `TensorFlow.js ${tf.version['tfjs-core']}, ${backend}`;
    this.#backend = backend;
    this.#tf = tf;
    // Normalized beforehand, as for the others.
    this.#images = Float32Array.from(images, (byte) => byte / 127.5 - 1);
    this.#labels = labels;
  }

  #networkOf(model: Model): Network {
    const known = this.#networks.get(model.name);
    if (known) return known;
    const tf = this.#tf;
    const all = widths(model);
    const layers = all.slice(1).map((outputs, i) => ({
      weights: tf.variable(tf.tensor2d(makeWeights(all[i] * outputs, all[i]), [all[i], outputs])),
      bias: tf.variable(tf.zeros([outputs])),
    }));
    const made = { layers, optimizer: tf.train.adam(model.learningRate) };
    this.#networks.set(model.name, made);
    return made;
  }

  #forward(model: Model, x: Core.Tensor2D, training: boolean): Core.Tensor2D {
    const tf = this.#tf;
    const { layers } = this.#networkOf(model);
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

  async train({ model, steps, batchSize }: TrainQuestion): Promise<number> {
    const tf = this.#tf;
    const { optimizer } = this.#networkOf(model);
    const losses: number[] = [];
    const unread: Core.Scalar[] = [];
    for (let step = 0; step < steps; step++) {
      const pixels = new Float32Array(batchSize * PIXELS);
      const targets = new Int32Array(batchSize);
      for (let row = 0; row < batchSize; row++) {
        const image = this.#order[(step * batchSize + row) % TRAIN_IMAGES];
        pixels.set(this.#images.subarray(image * PIXELS, (image + 1) * PIXELS), row * PIXELS);
        targets[row] = this.#labels[image];
      }
      const loss = tf.tidy(() => {
        const x = tf.tensor2d(pixels, [batchSize, PIXELS]);
        const oneHot = tf.cast(tf.oneHot(tf.tensor1d(targets, 'int32'), CLASSES), 'float32');
        const value = optimizer.minimize(
          () => tf.losses.softmaxCrossEntropy(oneHot, this.#forward(model, x, true)) as Core.Scalar,
          true,
        );
        if (!value) throw new Error('no loss');
        return value;
      });
      unread.push(loss);
      // Waiting for a GPU at every step would leave it idle.
      if (this.#backend === 'wasm') losses.push(await read(loss));
    }
    if (this.#backend === 'webgpu')
      for (const loss of unread.slice(-LAST_LOSSES)) losses.push(await read(loss));
    for (const loss of unread) loss.dispose();
    return lastLoss(losses);
  }

  async #infer(model: Model, from: number, count: number): Promise<void> {
    const tf = this.#tf;
    const result = tf.tidy(() => {
      const x = tf.tensor2d(this.#images.subarray(from * PIXELS, (from + count) * PIXELS), [count, PIXELS]);
      return tf.logSoftmax(this.#forward(model, x, false));
    });
    await result.data();
    result.dispose();
  }

  async evaluate({ model }: EvaluateQuestion): Promise<void> {
    for (let from = 0; from < TEST_IMAGES; from += CHUNK)
      await this.#infer(model, from, Math.min(CHUNK, TEST_IMAGES - from));
  }

  async predict({ model }: PredictQuestion): Promise<void> {
    await this.#infer(model, 0, 1);
  }
}

async function read(scalar: Core.Scalar): Promise<number> {
  return (await scalar.data())[0];
}
