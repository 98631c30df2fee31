/** One trained network, ready to be asked. Runs wherever its backend does. */

import { CoutureError } from '../core/errors.ts';
import { Queue } from '../core/queue.ts';
import { imageSize } from '../data/image-shape.ts';
import type { Backend } from '../engine/backend.ts';
import { type TensorMap, takeTensor } from '../model/network.ts';
import { checkInput, type NetworkInput } from '../model/network-input.ts';
import { planModel } from '../model/plan.ts';
import type { Output } from '../model/program.ts';
import { classCount, type ModelSpec } from '../model/spec.ts';
import { type InferenceSession, inferenceSession } from './inference-session.ts';
import {
  chosenImages,
  type ImageChoice,
  type Pixels,
  type Prediction,
  type Predictor,
  predictEach,
} from './predictor.ts';

/** Images that are asked about at once; more are taken in turns, so that memory stays bounded. */
const CHUNK = 8192;

/** What a classifier is made of. */
export interface ClassifierOptions {
  readonly spec: ModelSpec;
  /** What the network takes. */
  readonly input: NetworkInput;
  readonly classNames: readonly string[];
  /** By parameter name: fc1.weight, fc1.bias, … */
  readonly weights: TensorMap;
  /** Disposed of with the classifier, unless shared. */
  readonly backend: Backend;
  /** The backend is somebody else's too: leave it when disposing. */
  readonly shared?: boolean;
}

/** A network with its weights on a backend. Dispose of it when done. */
export class Classifier implements Predictor {
  readonly spec: ModelSpec;
  readonly input: NetworkInput;
  readonly classNames: readonly string[];
  readonly #backend: Backend;
  readonly #weights: TensorMap;
  /** One for each kind of output that was asked for. */
  readonly #sessions = new Map<string, Promise<InferenceSession>>();
  readonly #shared: boolean;
  readonly #size: number;
  readonly #calls = new Queue();
  #disposed = false;

  /** @throws CoutureError of kind `usage` when network, input, class names and weights do not fit each other */
  constructor({ spec, input, classNames, weights, backend, shared = false }: ClassifierOptions) {
    checkInput(spec, input);
    for (const { name } of planModel(spec).parameters) takeTensor(weights, name);
    if (classNames.length !== classCount(spec)) {
      throw new CoutureError(
        'usage',
        `${classNames.length} class names do not fit a model of ${classCount(spec)} classes.`,
      );
    }
    this.spec = spec;
    this.input = input;
    this.classNames = classNames;
    this.#backend = backend;
    this.#shared = shared;
    this.#size = imageSize(input.shape);
    this.#weights = weights;
  }

  /** The session that gives an output, made when it is first asked for. */
  #ask(output: Output): Promise<InferenceSession> {
    const key = JSON.stringify(output);
    const known = this.#sessions.get(key);
    if (known) return known;
    const { spec, input } = this;
    const asked = inferenceSession({ spec, input, weights: this.#weights }, this.#backend, output);
    this.#sessions.set(key, asked);
    return asked;
  }

  /** Label and probabilities of one image. */
  async predict(image: Pixels): Promise<Prediction> {
    return (await this.predictMany([image]))[0];
  }

  /** Label and probabilities of each image. */
  async predictMany(images: readonly Pixels[]): Promise<Prediction[]> {
    return await predictEach(this, images, this.#size);
  }

  /** Log-probabilities [count, classes] of images laid end to end. */
  async logProbabilities(images: Uint8Array, options: ImageChoice = {}): Promise<Float32Array> {
    return await this.#output({ of: 'logProbabilities' }, images, options);
  }

  /**
   * Outputs [count, units] of one Linear layer after its activation, without dropout.
   * @param layer counted from 0; of the last one these are the logits
   * @throws CoutureError of kind `usage` when there is no such layer
   */
  async activations(
    images: Uint8Array,
    { layer, ...options }: ImageChoice & { readonly layer: number },
  ): Promise<Float32Array> {
    const layers = planModel(this.spec).layers.length;
    if (!Number.isInteger(layer) || layer < 0 || layer >= layers) {
      throw new CoutureError('usage', `There is no layer ${layer}: the model has layers 0 to ${layers - 1}.`);
    }
    return await this.#output({ of: 'activations', layer }, images, options);
  }

  /**
   * Gradients [count, pixels] of a class's log-probability with respect to the network's input
   * [channel, height, width], by the engine's own backward pass.
   * @param classes the class for each image asked about
   * @throws CoutureError of kind `usage` when there is not one class for each image
   */
  async inputGradients(
    images: Uint8Array,
    { classes, ...options }: ImageChoice & { readonly classes: Uint16Array },
  ): Promise<Float32Array> {
    const count = options.indices?.length ?? images.length / this.#size;
    const limit = this.classNames.length;
    if (classes.length !== count || classes.some((index) => index >= limit)) {
      throw new CoutureError(
        'usage',
        `Expected a class from 0 to ${limit - 1} for each of the ${count} images.`,
      );
    }
    return await this.#output({ of: 'pixelGradient' }, images, options, classes);
  }

  async #output(
    output: Output,
    images: Uint8Array,
    choice: ImageChoice,
    classes?: Uint16Array,
  ): Promise<Float32Array> {
    const asked = chosenImages(images, this.#size, choice.indices);
    return await this.#calls.run(() => this.#infer(output, images, asked, choice, classes));
  }

  async #infer(
    output: Output,
    images: Uint8Array,
    indices: Uint32Array,
    { signal, onProgress }: ImageChoice,
    classes: Uint16Array | undefined,
  ): Promise<Float32Array> {
    if (this.#disposed) throw new CoutureError('usage', 'The classifier has been disposed of.');
    const { session, width } = await this.#ask(output);
    const all = new Float32Array(indices.length * width);
    if (indices.length === 0) return all;
    const held = await this.#backend.upload(images, this.input.shape);
    try {
      for (let start = 0; start < indices.length; start += CHUNK) {
        if (signal?.aborted)
          throw new CoutureError('interrupted', 'Stopped before all images were classified.');
        const end = start + CHUNK;
        const part = await session.infer(held, indices.slice(start, end), {
          classes: classes?.slice(start, end),
        });
        all.set(part, start * width);
        onProgress?.(Math.min(1, end / indices.length));
      }
    } finally {
      held.dispose();
    }
    return all;
  }

  /** Frees the network, and its backend unless shared, after what is under way. */
  async dispose(): Promise<void> {
    await this.#calls.idle();
    if (this.#disposed) return;
    this.#disposed = true;
    for (const made of this.#sessions.values()) {
      // One that could not be made has told whoever asked for it.
      const asked = await made.catch(() => undefined);
      asked?.session.dispose();
    }
    if (!this.#shared) await this.#backend.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}
