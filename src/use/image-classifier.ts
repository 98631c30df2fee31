/** A classifier that takes pictures as a platform has them, beside pixels: each is prepared as the training images were. */

import { anArray, aString, checkArguments, optional, options, aSignal, anObject } from '../core/arguments.ts';
import type { DatasetInfo } from '../data/dataset-info.ts';
import type { ImageShape } from '../data/image-shape.ts';
import type { PictureSteps, Preprocessing } from '../data/preprocessing.ts';
import { prepareImage, type Rgba } from '../data/import/prepare-picture.ts';
import type { ImageChoice, Pixels, Prediction, Predictor, PredictOptions } from './predictor.ts';

/** What a platform does for pictures. */
export interface PictureDecoder<Source> {
  /** Undefined for what is no picture but pixels, or nothing that can be used. */
  decode(image: Source | Pixels, steps: PictureSteps): Promise<Rgba> | undefined;
}

/** How a picture is predicted. */
export interface PictureOptions extends PredictOptions {
  /** In place of the model's own steps: `{ invert: 'yes' }` for a dark drawing on white paper. */
  readonly picture?: Partial<PictureSteps> | undefined;
}

/** What an image classifier is made of. */
export interface ImageClassifierOptions<Source> {
  /** Disposed of with the classifier. */
  readonly predictor: Predictor;
  /** What the network takes, and how pictures come to be that. */
  readonly data: Pick<DatasetInfo, 'shape' | 'preprocessing'>;
  readonly decoder: PictureDecoder<Source>;
}

/** A trained model that takes pictures and pixels. Calls may overlap. Dispose of it when done. */
export class ImageClassifier<Source> implements Predictor {
  readonly classNames: readonly string[];
  readonly shape: ImageShape;
  readonly preprocessing: Preprocessing;
  readonly #predictor: Predictor;
  readonly #decoder: PictureDecoder<Source>;

  constructor({ predictor, data, decoder }: ImageClassifierOptions<Source>) {
    this.classNames = predictor.classNames;
    this.shape = data.shape;
    this.preprocessing = data.preprocessing;
    this.#predictor = predictor;
    this.#decoder = decoder;
  }

  /**
   * Label and probabilities of one picture, or of an image's pixels.
   * @throws CoutureError of kind `usage` for what is neither, `data` for a picture that cannot be read, `interrupted` when
   *   `signal` aborts
   */
  async predict(image: Source | Pixels, options: PictureOptions = {}): Promise<Prediction> {
    return await this.#predictor.predict(await this.prepare(image, options), signalOf(options));
  }

  /** As `predict`, of each image. */
  async predictMany(images: readonly (Source | Pixels)[], options: PictureOptions = {}): Promise<Prediction[]> {
    checkArguments('predictMany', { images: [images, anArray] });
    const prepared: Pixels[] = [];
    for (const image of images) prepared.push(await this.prepare(image, options));
    return await this.#predictor.predictMany(prepared, signalOf(options));
  }

  /** Log-probabilities [count, classes] of images laid end to end, as bytes [height, width, channel]. */
  async logProbabilities(images: Uint8Array, choice?: ImageChoice): Promise<Float32Array> {
    return await this.#predictor.logProbabilities(images, choice);
  }

  /** The image that the network sees of a picture; pixels stay what they are. */
  async prepare(image: Source | Pixels, options: PictureOptions = {}): Promise<Pixels> {
    checkArguments('predict', { options: [options, pictureOptions] });
    const steps = { ...this.preprocessing.picture, ...options.picture };
    const decoded = await this.#decoder.decode(image, steps);
    // What the platform does not know is pixels, or is refused as such.
    return decoded === undefined ? (image as Pixels) : prepareImage(decoded, this.shape, steps);
  }

  /** Frees the model and its backend, after what is under way. Calls that come later are refused. */
  async dispose(): Promise<void> {
    await this.#predictor.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}
const pictureOptions = options({ signal: optional(aSignal), picture: optional(anObject) });
const signalOf = ({ signal }: PredictOptions): PredictOptions => (signal === undefined ? {} : { signal });
