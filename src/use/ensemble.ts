/** One network or several, each applied to one view of an image or to several. */

import {
  aBoolean,
  aFunction,
  aNumber,
  anArray,
  anObject,
  aString,
  checkArguments,
  exactly,
  listOf,
  optional,
  record,
} from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { describeShape, type ImageShape, imageSize, sameShape } from '../data/image-shape.ts';
import type { Backend } from '../engine/backend.ts';
import type { Network } from '../model/network.ts';
import { Calls } from './calls.ts';
import { Classifier } from './classifier.ts';
import { Mixture, temper } from './mixture.ts';
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
import { drawView, isPlain, plainView, type View, type ViewOptions, viewsOf } from './views.ts';

/** Images whose views are made at once; more are split into groups, so that memory stays bounded. */
const CHUNK = 4096;

/** Parts of an ensemble; a decoded model file has all of them except the backend. */
export interface EnsembleOptions {
  /** The networks, with the same inputs and classes. */
  readonly members: readonly Network[];
  readonly classNames: readonly string[];
  /** Views of an image for each network; by default only the image itself. */
  readonly views?: ViewOptions;
  /** 1 by default, for none. */
  readonly temperature?: number;
  /** Its name in errors. Default: `The model`. */
  readonly name?: string | undefined;
  /** All networks use it in turn. Disposed of with the ensemble, unless shared. */
  readonly backend: Backend;
  /** The backend belongs to the caller, so disposing leaves it running. */
  readonly shared?: boolean;
}

/**
 * The mean of the probabilities over all networks and views, at a temperature. Same networks, same images, same bits, on
 * any machine. Dispose of it when done.
 */
export class Ensemble implements Predictor {
  readonly classNames: readonly string[];
  readonly shape: ImageShape;
  readonly temperature: number;
  readonly #members: readonly Classifier[];
  readonly #views: readonly View[];
  readonly #backend: Backend;
  readonly #shared: boolean;
  readonly #name: string;
  readonly #calls = new Calls('The classifier');

  /**
   * @throws CoutureError of kind `usage` when there is no network, one does not match the images or the
   * classes, or the temperature or the views are out of range
   */
  constructor(options: EnsembleOptions) {
    checkArguments('new Ensemble', { options: [options, someOptions] });
    const { members, classNames, backend, name = 'The model', shared = false } = options;
    if (members.length === 0) throw new CoutureError('usage', 'An ensemble needs at least one network.');
    const { shape } = members[0].input;
    for (const { input } of members) {
      if (!sameShape(input.shape, shape))
        throw new CoutureError(
          'usage',
          `The networks take different images: ${describeShape(input.shape)} and ${describeShape(shape)}.`,
        );
    }
    this.classNames = classNames;
    this.shape = shape;
    this.temperature = options.temperature ?? 1;
    if (!(this.temperature > 0 && this.temperature < Number.POSITIVE_INFINITY))
      throw new CoutureError('usage', `The temperature must be a number above 0, not ${this.temperature}.`);
    this.#members = members.map((member) => {
      const { spec, input, weights } = member;
      return new Classifier({ spec, input, weights, name, classNames, backend, shared: true });
    });
    this.#name = name;
    this.#views = viewsOf(options.views ?? plainView);
    this.#backend = backend;
    this.#shared = shared;
  }

  /** Label and probabilities of one image. */
  async predict(image: Pixels, options?: PredictOptions): Promise<Prediction> {
    return await predictOne(this, image, imageSize(this.shape), options);
  }

  /** Label and probabilities of each image. */
  async predictMany(images: readonly Pixels[], options?: PredictOptions): Promise<Prediction[]> {
    return await predictEach(this, images, imageSize(this.shape), options);
  }

  /** Log-probabilities [count, classes] of concatenated images. */
  async logProbabilities(images: Uint8Array, choice: ImageChoice = {}): Promise<Float32Array> {
    const asked = chosenImages('logProbabilities', images, imageSize(this.shape), choice);
    return await this.#calls.run(() => this.#ask(images, asked, choice));
  }

  async #ask(
    images: Uint8Array,
    asked: Uint32Array,
    { signal, onProgress }: ImageChoice,
  ): Promise<Float32Array> {
    const size = imageSize(this.shape);
    const classes = this.classNames.length;
    const all = new Float32Array(asked.length * classes);
    for (let start = 0; start < asked.length; start += CHUNK) {
      const chunk = asked.subarray(start, start + CHUNK);
      const told = (share: number): void => onProgress?.((start + share * chunk.length) / asked.length);
      const mean = await this.#mix(pickImages(images, size, chunk), { signal, onProgress: told });
      const answers = temper(mean, classes, this.temperature);
      all.set(requireFinite(answers, this.#name), start * classes);
    }
    return all;
  }

  async #mix(
    images: Uint8Array,
    { signal, onProgress }: Pick<ImageChoice, 'signal' | 'onProgress'>,
  ): Promise<Float32Array> {
    const [views, members] = [this.#views, this.#members];
    // The mean of a single one is itself.
    if (members.length === 1 && views.length === 1)
      return await members[0].logProbabilities(images, { signal, onProgress });
    const mixture = new Mixture((images.length / imageSize(this.shape)) * this.classNames.length);
    for (const [place, view] of views.entries()) {
      const seen = isPlain(view) ? images : drawView(images, this.shape, view);
      for (const [number, member] of members.entries()) {
        mixture.add(await member.logProbabilities(seen, { signal }));
        onProgress?.((place * members.length + number + 1) / (views.length * members.length));
      }
    }
    return mixture.logMean();
  }

  /**
   * Frees the networks, and their backend unless shared, after the calls in progress. Later calls are
   * refused.
   */
  async dispose(): Promise<void> {
    await this.#calls.close(async () => {
      for (const member of this.#members) await member.dispose();
      if (!this.#shared) await this.#backend.dispose();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

const someOptions = exactly({
  members: listOf(
    record({ spec: anObject, input: record({ shape: anObject }), weights: anObject }),
    'an array of networks',
  ),
  classNames: anArray,
  views: optional(anObject),
  temperature: optional(aNumber),
  name: optional(aString),
  backend: record({ createSession: aFunction, upload: aFunction }, 'a backend'),
  shared: optional(aBoolean),
});
