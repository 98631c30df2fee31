/** One trained network, ready for prediction. Runs wherever its backend runs. */

import {
  aBoolean,
  aFunction,
  aMap,
  anArray,
  anObject,
  anything,
  arrayOf,
  aString,
  checkArguments,
  exactly,
  optional,
  record,
} from '../core/arguments.ts';
import { countUp } from '../core/count-up.ts';
import { CoutureError } from '../core/errors.ts';
import { Pace } from '../core/pace.ts';
import { Queue } from '../core/queue.ts';
import { imageSize } from '../data/image-shape.ts';
import type { Backend, InferOptions, Session } from '../engine/backend.ts';
import { type InferenceSession, inferenceSession } from '../engine/inference-session.ts';
import { type TensorMap, takeTensor } from '../model/network.ts';
import { checkInput, type NetworkInput } from '../model/network-input.ts';
import { planModel } from '../model/plan.ts';
import type { Output } from '../model/program.ts';
import { classCount, type ModelSpec } from '../model/spec.ts';
import { Calls } from './calls.ts';
import {
  chosenImages,
  type ImageChoice,
  type Pixels,
  type Prediction,
  type PredictOptions,
  type Predictor,
  pickImages,
  predictEach,
  predictOne,
  requireFinite,
} from './predictor.ts';

/** Parts of a classifier. */
export interface ClassifierOptions {
  readonly spec: ModelSpec;
  /** What the network takes. */
  readonly input: NetworkInput;
  readonly classNames: readonly string[];
  /** By parameter name: fc1.weight, fc1.bias, … */
  readonly weights: TensorMap;
  /** Its name in errors. Default: `The model`. */
  readonly name?: string | undefined;
  /** Disposed of with the classifier, unless shared. */
  readonly backend: Backend;
  /** The backend belongs to the caller, so disposing leaves it running. */
  readonly shared?: boolean;
}

/** A session and its pace. */
interface Paced extends InferenceSession {
  readonly pace: Pace;
}

/** A network with its weights on a backend. Dispose of it when done. */
export class Classifier implements Predictor {
  readonly spec: ModelSpec;
  readonly input: NetworkInput;
  readonly classNames: readonly string[];
  readonly #backend: Backend;
  readonly #weights: TensorMap;
  /** One for each requested kind of output. */
  readonly #sessions = new Map<string, Promise<Paced>>();
  readonly #shared: boolean;
  readonly #size: number;
  readonly #name: string;
  readonly #calls = new Calls('The classifier');
  /** Pieces of calls take turns, so that a short one need not wait for a long one. */
  readonly #turns = new Queue();

  /** @throws CoutureError of kind `usage` when network, input, class names and weights do not match */
  constructor(options: ClassifierOptions) {
    checkArguments('new Classifier', { options: [options, someOptions] });
    const { spec, input, classNames, weights, backend, name = 'The model', shared = false } = options;
    checkInput(spec, input);
    for (const { name } of planModel(spec).parameters) takeTensor(weights, name);
    if (classNames.length !== classCount(spec)) {
      throw new CoutureError(
        'usage',
        `There are ${classNames.length} class names, but the model has ${classCount(spec)} classes.`,
      );
    }
    this.spec = spec;
    this.input = input;
    this.classNames = classNames;
    this.#backend = backend;
    this.#shared = shared;
    this.#size = imageSize(input.shape);
    this.#weights = weights;
    this.#name = name;
  }

  /** The session for an output, made on first use. */
  #ask(output: Output): Promise<Paced> {
    const key = JSON.stringify(output);
    const known = this.#sessions.get(key);
    if (known) return known;
    const { spec, input } = this;
    const asked = inferenceSession({ spec, input, weights: this.#weights }, this.#backend, output).then(
      (session) => ({ ...session, pace: new Pace() }),
    );
    this.#sessions.set(key, asked);
    return asked;
  }

  /** Label and probabilities of one image. */
  async predict(image: Pixels, options?: PredictOptions): Promise<Prediction> {
    return await predictOne(this, image, this.#size, options);
  }

  /** Label and probabilities of each image. */
  async predictMany(images: readonly Pixels[], options?: PredictOptions): Promise<Prediction[]> {
    return await predictEach(this, images, this.#size, options);
  }

  /** Log-probabilities [count, classes] of concatenated images. */
  async logProbabilities(images: Uint8Array, options: ImageChoice = {}): Promise<Float32Array> {
    const asked = chosenImages('logProbabilities', images, this.#size, options);
    return await this.#output({ of: 'logProbabilities' }, images, asked, options);
  }

  /**
   * Outputs [count, units] of one Linear layer after its activation, without dropout.
   * @param options.layer counted from 0; the last one gives the logits
   * @throws CoutureError of kind `usage` when the layer is out of range
   */
  async activations(
    images: Uint8Array,
    options: ImageChoice & { readonly layer: number },
  ): Promise<Float32Array> {
    const asked = chosenImages('activations', images, this.#size, options, { layer: anything });
    const { layer } = options;
    const layers = planModel(this.spec).layers.length;
    if (!Number.isInteger(layer) || layer < 0 || layer >= layers) {
      throw new CoutureError(
        'usage',
        `Layer ${layer} is out of range: the model has layers 0 to ${layers - 1}.`,
      );
    }
    return await this.#output({ of: 'activations', layer }, images, asked, options);
  }

  /**
   * Gradients [count, pixels] of a class's log-probability with respect to the network's input
   * [channel, height, width], by the engine's own backward pass.
   * @param options.classes the class for each image
   * @throws CoutureError of kind `usage` when there is not one class for each image
   */
  async inputGradients(
    images: Uint8Array,
    options: ImageChoice & { readonly classes: Uint16Array },
  ): Promise<Float32Array> {
    const asked = chosenImages('inputGradients', images, this.#size, options, {
      classes: arrayOf('Uint16Array'),
    });
    const { classes } = options;
    const count = asked.length;
    const limit = this.classNames.length;
    if (classes.length !== count || classes.some((index) => index >= limit)) {
      throw new CoutureError(
        'usage',
        `Expected a class from 0 to ${limit - 1} for each of the ${count} images.`,
      );
    }
    return await this.#output({ of: 'pixelGradient' }, images, asked, options, classes);
  }

  async #output(
    output: Output,
    images: Uint8Array,
    asked: Uint32Array,
    choice: ImageChoice,
    classes?: Uint16Array,
  ): Promise<Float32Array> {
    return await this.#calls.run(() => this.#infer(output, images, asked, choice, classes));
  }

  /** Runs piece by piece, so that memory stays bounded and the signal is checked in between. */
  async #infer(
    output: Output,
    images: Uint8Array,
    indices: Uint32Array,
    { signal, onProgress }: ImageChoice,
    classes: Uint16Array | undefined,
  ): Promise<Float32Array> {
    const { session, width, pace } = await this.#ask(output);
    const all = new Float32Array(indices.length * width);
    const inferPiece = async (from: number, to: number): Promise<void> => {
      const part = await this.#inferPiece(session, images, indices.subarray(from, to), {
        classes: classes?.slice(from, to),
      });
      all.set(requireFinite(part, this.#name), from * width);
      onProgress?.(to / indices.length);
    };
    const whole = await pace.each(indices.length, inferPiece, { signal, turns: this.#turns });
    if (!whole) throw stopped(signal);
    return all;
  }

  async #inferPiece(
    session: Session,
    images: Uint8Array,
    indices: Uint32Array,
    options: InferOptions,
  ): Promise<Float32Array> {
    const held = await this.#backend.upload(pickImages(images, this.#size, indices), this.input.shape);
    try {
      return await session.infer(held, countUp(indices.length), options);
    } finally {
      held.dispose();
    }
  }

  /**
   * Frees the network, and its backend unless shared, after the calls in progress. Later calls are refused.
   */
  async dispose(): Promise<void> {
    await this.#calls.close(async () => {
      for (const made of this.#sessions.values()) {
        // A session that failed to start has already rejected for its caller.
        const asked = await made.catch(() => undefined);
        asked?.session.dispose();
      }
      if (!this.#shared) await this.#backend.dispose();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

const someOptions = exactly({
  spec: record({ layers: anArray }),
  input: record({ shape: anObject, pixels: anObject }),
  classNames: anArray,
  weights: aMap,
  name: optional(aString),
  backend: record({ createSession: aFunction, upload: aFunction }, 'a backend'),
  shared: optional(aBoolean),
});

function stopped(signal: AbortSignal | undefined): CoutureError {
  const message = 'Stopped before all images were classified.';
  return new CoutureError('interrupted', message, { cause: signal?.reason });
}
