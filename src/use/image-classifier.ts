/**
 * A classifier that takes pictures of a platform as well as pixels, and prepares each picture like the
 * training images.
 */

import * as z from 'zod';
import {
  aFunction,
  anArray,
  anObject,
  aString,
  checkArguments,
  exactly,
  optional,
  options,
  record,
} from '../core/arguments.ts';
import { Breath } from '../core/breath.ts';
import { checkSchema } from '../core/check-schema.ts';
import { CoutureError } from '../core/errors.ts';
import type { DatasetInfo } from '../data/dataset-info.ts';
import { type ImageShape, imageSize } from '../data/image-shape.ts';
import { isPixelArray, unfit } from '../data/pixels.ts';
import { type Picture, type PreparedImage, prepareImage } from '../data/prepare.ts';
import { type PictureSteps, pictureStepsSchema } from '../data/preprocessing.ts';
import {
  type ImageChoice,
  type Pixels,
  type Prediction,
  type PredictOptions,
  type Predictor,
  predictFields,
} from './predictor.ts';

/**
 * Decodes a picture of a platform; undefined for other values, such as pixels.
 * @param name its name in messages; named pictures keep their name
 * @param size values of an image: so many bytes are pixels, unless they are a whole file
 * @throws CoutureError of kind `data` for a picture that cannot be read
 */
export type DecodePicture<Source> = (
  image: Source | Pixels,
  name: string,
  size: number,
) => Promise<Picture> | undefined;

/** Options of a prediction for a picture. */
export interface PictureOptions extends PredictOptions {
  /** Overrides of the model's steps: `{ invert: 'yes' }` for a dark drawing on white paper. */
  readonly steps?: Partial<PictureSteps> | undefined;
  /** Name of the picture in messages. */
  readonly name?: string | undefined;
}

/** Parts of an image classifier. */
export interface ImageClassifierOptions<Source> {
  /** Disposed of with the classifier. */
  readonly predictor: Predictor;
  /** The input of the network, and how pictures become that. */
  readonly data: Pick<DatasetInfo, 'shape' | 'preprocessing'>;
  readonly decode: DecodePicture<Source>;
}

/** A trained model that takes pictures and pixels. Calls may overlap. Dispose of it when done. */
export class ImageClassifier<Source = never> implements Predictor {
  readonly classNames: readonly string[];
  readonly shape: ImageShape;
  /** How pictures are prepared: like the training images. */
  readonly steps: PictureSteps;
  readonly #predictor: Predictor;
  readonly #decode: DecodePicture<Source>;

  constructor(made: ImageClassifierOptions<Source>) {
    checkArguments('new ImageClassifier', { options: [made, aRecipe] });
    const { predictor, data, decode } = made;
    this.classNames = predictor.classNames;
    this.shape = data.shape;
    this.steps = data.preprocessing.picture;
    this.#predictor = predictor;
    this.#decode = decode;
  }

  /**
   * Label and probabilities of one picture, or of the pixels of an image, at the time of the call.
   * @throws CoutureError of kind `usage` for other values, `data` for a picture that cannot be read,
   * `interrupted` when
   *   `signal` aborts
   */
  async predict(image: Source | Pixels, options: PictureOptions = {}): Promise<Prediction> {
    const pixels = this.#prepare('predict', image, options);
    // Anything else must be pixels, or is refused.
    const given = pixels === undefined ? (image as Pixels) : (await pixels).pixels;
    return await this.#predictor.predict(given, passedOn(options));
  }

  /** As `predict`, of each image. */
  async predictMany(
    images: readonly (Source | Pixels)[],
    options: PictureOptions = {},
  ): Promise<Prediction[]> {
    checkArguments('predictMany', { images: [images, anArray] });
    const breath = new Breath();
    const pixels: Pixels[] = [];
    for (const image of images) {
      await breath.take();
      pixels.push(await this.toPixels(image, options));
    }
    return await this.#predictor.predictMany(pixels, passedOn(options));
  }

  /** Log-probabilities [count, classes] of images laid end to end, as bytes [height, width, channel]. */
  async logProbabilities(images: Uint8Array, choice?: ImageChoice): Promise<Float32Array> {
    return await this.#predictor.logProbabilities(images, choice);
  }

  /** The pixels that the network sees of a picture; pixels stay what they are. */
  async toPixels(image: Source | Pixels, options: PictureOptions = {}): Promise<Pixels> {
    const prepared = await this.#prepare('toPixels', image, options);
    return prepared?.pixels ?? (image as Pixels);
  }

  /**
   * What the network sees of a picture, and what was done to it.
   * @throws CoutureError of kind `usage` for a value that is not a picture, `data` for one that cannot be
   * read
   */
  async prepare(picture: Source | Uint8Array, options: PictureOptions = {}): Promise<PreparedImage> {
    const prepared = await this.#prepare('prepare', picture, options);
    if (prepared === undefined) throw unfit(picture, 'prepare: the picture');
    return prepared;
  }

  /** Returns undefined at once for other values. */
  #prepare(
    caller: string,
    image: Source | Pixels,
    options: PictureOptions,
  ): Promise<PreparedImage> | undefined {
    checkArguments(caller, { options: [options, pictureOptions] });
    const { signal, name = 'that was given' } = options;
    const steps = changedSteps(this.steps, options.steps, caller);
    const decoded = this.#decode(image, name, imageSize(this.shape));
    // What is neither a picture nor pixels gets a better error later.
    if (decoded === undefined && options.steps !== undefined && isPixelArray(image))
      throw new CoutureError(
        'usage',
        `${caller}: options.steps cannot be used: the image is prepared already.`,
        { hint: 'Leave out the steps, or give the picture itself.' },
      );
    return decoded?.then((picture) => {
      if (signal?.aborted)
        throw new CoutureError('interrupted', 'Stopped before the image was classified.', {
          cause: signal.reason,
        });
      return prepareImage(picture, this.shape, steps);
    });
  }

  /** Frees the model and its backend, after what is under way. Calls that come later are refused. */
  async dispose(): Promise<void> {
    await this.#predictor.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

const pictureOptions = options({
  ...predictFields,
  steps: optional(anObject),
  name: optional(aString),
});
const aRecipe = exactly({
  predictor: record({ logProbabilities: aFunction, classNames: anArray }),
  data: record({ shape: anObject, preprocessing: record({ picture: anObject }) }),
  decode: aFunction,
});

function passedOn({ signal, unknownBelow }: PredictOptions): PredictOptions {
  return { signal, unknownBelow };
}

function changedSteps(steps: PictureSteps, changes: unknown, caller: string): PictureSteps {
  if (changes === undefined) return steps;
  const schema = z.object({ options: z.object({ steps: pictureStepsSchema.partial() }) });
  const { options } = checkSchema(
    schema,
    { options: { steps: changes } },
    ({ what, hint }) =>
      new CoutureError('usage', `${caller}: ${what}.`, { ...(hint !== undefined && { hint }) }),
  );
  return pictureStepsSchema.parse({ ...steps, ...options.steps });
}
