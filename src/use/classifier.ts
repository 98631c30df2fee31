/** A trained network, ready to be asked. Runs wherever its backend does. */

import { CoutureError } from '../core/errors.ts';
import type { Backend, Session } from '../engine/backend.ts';
import { buildProgram } from '../model/program.ts';
import { classCount, inputWidth, type ModelSpec } from '../model/spec.ts';
import type { TensorMap } from '../train/events.ts';
import { argMax } from '../train/metrics.ts';

/** Images that are asked about at once; more are taken in turns, so that memory stays bounded. */
const CHUNK = 8192;

/**
 * One image: bytes 0 to 255, row by row, light on black as the network was trained; or the same as floats
 * 0 to 1, which are rounded to bytes.
 */
export type Pixels = Uint8Array | Uint8ClampedArray | Float32Array;

/** What the network says of one image. */
export interface Prediction {
  readonly label: string;
  readonly index: number;
  /** One per class, in the order of `classNames`; they sum to 1. */
  readonly probabilities: readonly number[];
}

/** What a classifier is made of. */
export interface ClassifierOptions {
  readonly spec: ModelSpec;
  readonly classNames: readonly string[];
  /** By parameter name: fc1.weight, fc1.bias, … */
  readonly weights: TensorMap;
  /** Disposed of with the classifier, unless shared. */
  readonly backend: Backend;
  /** The backend is somebody else's too: leave it when disposing. */
  readonly shared?: boolean;
}

/** A network with its weights on a backend. Dispose of it when done. */
export class Classifier {
  readonly spec: ModelSpec;
  readonly classNames: readonly string[];
  readonly #backend: Backend;
  readonly #session: Session;
  readonly #shared: boolean;
  readonly #size: number;
  /** A session's calls must not overlap: each waits for the one before. */
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor({ spec, classNames, weights, backend, shared = false }: ClassifierOptions) {
    if (classNames.length !== classCount(spec)) {
      throw new CoutureError(
        'usage',
        `${classNames.length} class names do not fit a model of ${classCount(spec)} classes.`,
      );
    }
    this.spec = spec;
    this.classNames = classNames;
    this.#backend = backend;
    this.#shared = shared;
    this.#size = inputWidth(spec);
    const program = buildProgram(spec);
    this.#session = backend.createSession(program);
    for (const { name } of program.plan.parameters) {
      const values = weights.get(name);
      if (values === undefined) throw new CoutureError('usage', `The weights lack the tensor "${name}".`);
      this.#session.write(name, values);
    }
  }

  /** Label and probabilities of one image. */
  async predict(image: Pixels): Promise<Prediction> {
    return (await this.predictMany([image]))[0];
  }

  /** Label and probabilities of each image. */
  async predictMany(images: readonly Pixels[]): Promise<Prediction[]> {
    const bytes = new Uint8Array(images.length * this.#size);
    images.forEach((image, i) => {
      bytes.set(this.#toBytes(image), i * this.#size);
    });
    const logProbabilities = await this.logProbabilities(bytes);
    const classes = this.classNames.length;
    return images.map((_, i) => {
      const row = logProbabilities.subarray(i * classes, (i + 1) * classes);
      const index = argMax(row);
      return { label: this.classNames[index], index, probabilities: Array.from(row, Math.exp) };
    });
  }

  /**
   * Log-probabilities [count, classes] of images laid end to end.
   * @param indices which of the images, in which order; all of them by default
   */
  async logProbabilities(
    images: Uint8Array,
    {
      indices,
      signal,
    }: { readonly indices?: Uint32Array | undefined; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Float32Array> {
    const count = images.length / this.#size;
    if (!Number.isInteger(count)) {
      throw new CoutureError(
        'usage',
        `${images.length} bytes are not a whole number of images of ${this.#size} pixels.`,
      );
    }
    const asked = indices ?? Uint32Array.from({ length: count }, (_, i) => i);
    if (asked.some((index) => index >= count))
      throw new CoutureError('usage', `An image past the ${count} given was asked about.`);
    const turn = this.#last.then(() => this.#infer(images, asked, signal));
    this.#last = turn.catch(() => {});
    return await turn;
  }

  async #infer(
    images: Uint8Array,
    indices: Uint32Array,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array> {
    if (this.#disposed) throw new CoutureError('usage', 'The classifier has been disposed of.');
    const classes = this.classNames.length;
    const all = new Float32Array(indices.length * classes);
    if (indices.length === 0) return all;
    const held = this.#backend.upload(images, this.#size);
    try {
      for (let start = 0; start < indices.length; start += CHUNK) {
        if (signal?.aborted)
          throw new CoutureError('interrupted', 'Stopped before all images were classified.');
        const part = await this.#session.infer(held, indices.slice(start, start + CHUNK));
        all.set(part, start * classes);
      }
    } finally {
      held.dispose();
    }
    return all;
  }

  #toBytes(image: Pixels): Uint8Array | Uint8ClampedArray {
    if (image.length !== this.#size) {
      throw new CoutureError(
        'usage',
        `An image of ${image.length} pixels was given to a model of ${this.#size}.`,
      );
    }
    if (!(image instanceof Float32Array)) return image;
    return Uint8Array.from(image, (value) => {
      if (value >= 0 && value <= 1) return Math.round(value * 255);
      throw new CoutureError('usage', `A pixel of ${value} is not between 0 and 1.`);
    });
  }

  /** Frees the network, and its backend unless shared, after what is under way. */
  async dispose(): Promise<void> {
    await this.#last;
    if (this.#disposed) return;
    this.#disposed = true;
    const session = this.#session;
    session.dispose();
    if (!this.#shared) await this.#backend.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}
