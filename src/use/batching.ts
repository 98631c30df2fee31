/**
 * Gathers the images of many callers into batches: a network classifies 64 images in little more time than one. While a
 * batch is computed, images queue; the next batch takes what has queued, at once, up to a limit. Nothing waits for a batch
 * to fill. Each caller gets only the results of its own images. An abort or a failure of one call does not affect others.
 */

import { aFunction, aNumber, anArray, checkArguments, exactly, optional, record } from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { joinBytes } from '../core/join-bytes.ts';
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
} from './predictor.ts';

/** Most images of a batch by default. */
export const BATCH_IMAGES = 64;

/** Parts of a batching predictor. */
export interface BatchingOptions {
  /** Computes the batches; disposed of with this object. */
  readonly predictor: Predictor;
  /** Values of an image: height times width times channels. */
  readonly imageValues: number;
  /** Most images of a batch. Default: 64. */
  readonly most?: number | undefined;
  /** Called after each batch with its number of images. What it throws is dropped: it belongs to none of the calls. */
  readonly onBatch?: ((images: number) => void) | undefined;
}

/** A call with images that are still to be classified. */
interface Waiting {
  readonly images: Uint8Array;
  readonly count: number;
  readonly results: Float32Array;
  /** Images that a batch has taken. */
  taken: number;
  /** Images with results. */
  done: number;
  /** Whether the call has its outcome: later results are dropped. */
  ended: boolean;
  /** Ends the call with its results, or with an error. */
  readonly end: (error?: unknown) => void;
}

/** Images of one call in a batch. */
interface Part {
  readonly call: Waiting;
  readonly from: number;
  readonly to: number;
}

/** A predictor whose overlapping calls share batches. Dispose of it when done. */
export class Batching implements Predictor {
  readonly classNames: readonly string[];
  readonly #predictor: Predictor;
  readonly #size: number;
  readonly #most: number;
  readonly #onBatch: ((images: number) => void) | undefined;
  readonly #calls = new Calls('The batching predictor');
  #queue: Waiting[] = [];
  /** Batches that are being computed. */
  #running = 0;
  #scheduled = false;

  constructor(options: BatchingOptions) {
    checkArguments('new Batching', { options: [options, someOptions] });
    const { predictor, imageValues, most = BATCH_IMAGES, onBatch } = options;
    for (const [name, value] of Object.entries({ imageValues, most }))
      if (!Number.isInteger(value) || value < 1)
        throw new CoutureError(
          'usage',
          `new Batching: options.${name} must be a whole number of at least 1, not ${value}.`,
        );
    this.classNames = predictor.classNames;
    this.#predictor = predictor;
    this.#size = imageValues;
    this.#most = most;
    this.#onBatch = onBatch;
  }

  /** Images that no batch has taken yet. */
  get waiting(): number {
    return this.#queue.reduce((sum, { count, taken, ended }) => sum + (ended ? 0 : count - taken), 0);
  }

  /** Label and probabilities of one image. */
  async predict(image: Pixels, options?: PredictOptions): Promise<Prediction> {
    return await predictOne(this, image, this.#size, options);
  }

  /** Label and probabilities of each image. */
  async predictMany(images: readonly Pixels[], options?: PredictOptions): Promise<Prediction[]> {
    return await predictEach(this, images, this.#size, options);
  }

  /**
   * Log-probabilities [count, classes] of concatenated images.
   * @throws CoutureError of kind `interrupted` as soon as `signal` aborts
   */
  async logProbabilities(images: Uint8Array, choice: ImageChoice = {}): Promise<Float32Array> {
    const asked = chosenImages('logProbabilities', images, this.#size, choice);
    if (asked.length === 0) return new Float32Array(0);
    const { signal, onProgress } = choice;
    const results = await this.#calls.run(() => this.#add(pickImages(images, this.#size, asked), signal));
    onProgress?.(1);
    return results;
  }

  #add(images: Uint8Array, signal: AbortSignal | undefined): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      const stop = (): void => call.end(stopped(signal));
      const count = images.length / this.#size;
      const results = new Float32Array(count * this.classNames.length);
      const end = (error?: unknown): void => {
        if (call.ended) return;
        call.ended = true;
        signal?.removeEventListener('abort', stop);
        if (error === undefined) resolve(results);
        else reject(error);
      };
      const call: Waiting = { images, count, results, taken: 0, done: 0, ended: false, end };
      if (signal?.aborted) return stop();
      signal?.addEventListener('abort', stop);
      this.#queue.push(call);
      this.#start();
    });
  }

  /** Starts batches after this turn of the event loop: what arrives in the same turn joins the first one. */
  #start(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    void afterThisTurn().then(() => {
      this.#scheduled = false;
      while (this.#mayStart()) void this.#run(this.#take());
    });
  }

  /**
   * A batch starts when none is being computed. A full one starts behind that, so that an engine with threads has work while
   * the results of the first are handed out.
   */
  #mayStart(): boolean {
    const { waiting } = this;
    return this.#running === 0 ? waiting > 0 : this.#running === 1 && waiting >= this.#most;
  }

  async #run(parts: readonly Part[]): Promise<void> {
    this.#running += 1;
    const images = await this.#classify(parts);
    this.#running -= 1;
    this.#report(images);
    if (this.waiting > 0) this.#start();
    else this.#queue = [];
  }

  /** The parts of the next batch. A call with more images goes to the end of the queue with the rest. */
  #take(): Part[] {
    const parts: Part[] = [];
    const rest: Waiting[] = [];
    let room = this.#most;
    let number = 0;
    for (; number < this.#queue.length && room > 0; number++) {
      const call = this.#queue[number];
      if (call.ended) continue;
      const from = call.taken;
      const to = Math.min(call.count, from + room);
      room -= to - from;
      call.taken = to;
      parts.push({ call, from, to });
      if (to < call.count) rest.push(call);
    }
    this.#queue = [...this.#queue.slice(number), ...rest];
    return parts;
  }

  #report(images: number): void {
    if (images === 0) return;
    try {
      this.#onBatch?.(images);
    } catch {
      // The calls have their results, and later batches go on.
    }
  }

  /**
   * Classifies a batch. After a failure, each part is classified by itself, so that only the guilty call fails.
   * @returns the number of images with results
   */
  async #classify(parts: readonly Part[]): Promise<number> {
    const images = parts.map(({ call, from, to }) =>
      call.images.subarray(from * this.#size, to * this.#size),
    );
    try {
      const batch = images.length === 1 ? images[0] : joinBytes(images);
      const results = await this.#predictor.logProbabilities(batch);
      return this.#hand(results, parts);
    } catch (error) {
      if (parts.length > 1) {
        let images = 0;
        for (const part of parts) images += await this.#classify([part]);
        return images;
      }
      parts[0].call.end(error);
      return 0;
    }
  }

  /** Gives each call its results, and returns their number. */
  #hand(results: Float32Array, parts: readonly Part[]): number {
    const classes = this.classNames.length;
    let at = 0;
    for (const { call, from, to } of parts) {
      const length = (to - from) * classes;
      call.results.set(results.subarray(at, at + length), from * classes);
      at += length;
      call.done += to - from;
      if (call.done === call.count) call.end();
    }
    return at / classes;
  }

  /** Frees the predictor, after the calls in progress. Later calls are refused. */
  async dispose(): Promise<void> {
    await this.#calls.close(async () => await this.#predictor.dispose());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

function stopped(signal: AbortSignal | undefined): CoutureError {
  const message = 'Stopped before all images were classified.';
  return new CoutureError('interrupted', message, { cause: signal?.reason });
}

/** A Node process has `setImmediate`, which comes after everything that has already arrived; a page has not. */
const { setImmediate: immediate } = globalThis as { readonly setImmediate?: (task: () => void) => unknown };

/** Resolves after what has already arrived was handled. */
async function afterThisTurn(): Promise<void> {
  await new Promise<void>((resolve) => {
    if (immediate === undefined) setTimeout(resolve);
    else immediate(resolve);
  });
}

const someOptions = exactly({
  predictor: record({ logProbabilities: aFunction, classNames: anArray, dispose: aFunction }, 'a predictor'),
  imageValues: aNumber,
  most: optional(aNumber),
  onBatch: optional(aFunction),
});
