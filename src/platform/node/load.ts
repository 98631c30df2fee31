/** A trained run or a model file as a classifier that also takes image files. */

import type { DatasetInfo } from '../../data/dataset-info.ts';
import { isEncodedImage } from '../../data/encoded-image.ts';
import type { ImageShape } from '../../data/image-shape.ts';
import type { PictureSteps } from '../../data/preprocessing.ts';
import { type FindModelOptions, type FoundModel, findModel, modelOfRun } from '../../runs/find-model.ts';
import { type LoadOptions, loadPredictor } from '../../runs/load.ts';
import { Run } from '../../runs/run.ts';
import type { ImageChoice, Pixels, Prediction, PredictOptions, Predictor } from '../../use/predictor.ts';
import { type DecodedImage, type DecodeOptions, decodeImage } from './images/images.ts';
import { nodePlatform } from './platform.ts';

export type { LoadOptions };

/** How to prepare a picture otherwise than the model says. */
export interface PictureOptions extends Omit<DecodeOptions, 'shape'>, PredictOptions {}

/** A classifier that takes paths and bytes of PNG, JPEG and WebP files as well as pixels. */
export class ImageClassifier implements Predictor {
  readonly classNames: readonly string[];
  readonly shape: ImageShape;
  /** How pictures are prepared: as those that it was trained on. */
  readonly steps: PictureSteps;
  readonly #predictor: Predictor;

  /**
   * @param predictor disposed of with this
   * @param data what it was trained on, which says how pictures become images
   */
  constructor(predictor: Predictor, { shape, preprocessing }: Pick<DatasetInfo, 'shape' | 'preprocessing'>) {
    this.classNames = predictor.classNames;
    this.shape = shape;
    this.steps = preprocessing.picture;
    this.#predictor = predictor;
  }

  /**
   * @param image pixels, the path of an image file, or its bytes (told from pixels by how they begin)
   * @param options steps other than the model's own
   */
  async predict(image: Pixels | string, options: PictureOptions = {}): Promise<Prediction> {
    const { signal } = options;
    return await this.#predictor.predict(await this.toPixels(image, options), { signal });
  }

  async predictMany(images: readonly Pixels[], options: PredictOptions = {}): Promise<Prediction[]> {
    return await this.#predictor.predictMany(images, options);
  }

  async logProbabilities(images: Uint8Array, choice: ImageChoice = {}): Promise<Float32Array> {
    return await this.#predictor.logProbabilities(images, choice);
  }

  /** The pixels that the network sees of an image. */
  async toPixels(image: Pixels | string, options: PictureOptions = {}): Promise<Pixels> {
    if (typeof image !== 'string' && !(image instanceof Uint8Array && isEncodedImage(image))) return image;
    return (await this.prepare(image, options)).pixels;
  }

  /**
   * What the network sees of an image file, and what was done to it.
   * @param image a path, or the bytes of a PNG, JPEG or WebP file
   * @throws CoutureError of kind `data` naming the image
   */
  async prepare(image: string | Uint8Array, options: PictureOptions = {}): Promise<DecodedImage> {
    return await decodeImage(image, { steps: this.steps, ...options, shape: this.shape });
  }

  async dispose(): Promise<void> {
    await this.#predictor.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

/**
 * Loads a model: `const model = await load('runs/train/baseline-seed1')`, then `await model.predict('shoe.png')`.
 * @param model a run (its folder, or its bare name under runs/train), a model file (a path that ends in .safetensors), or
 *   the name of a model that comes with the package
 * @throws CoutureError of kind `usage` when there is no such model, `data` when its files are damaged
 */
export async function load(
  model: Run | FoundModel | string,
  { weights, backend, threads, ...places }: LoadOptions & FindModelOptions = {},
): Promise<ImageClassifier> {
  const found = model instanceof Run ? modelOfRun(model) : model;
  const known = typeof found === 'string' ? await findModel(nodePlatform, found, places) : found;
  const predictor = await loadPredictor(nodePlatform, known, { weights, backend, threads });
  return new ImageClassifier(predictor, known.data);
}
