/** A trained run or a model file as a classifier that also takes image files. */

import type { ImageShape } from '../../data/image-shape.ts';
import { type FindModelOptions, type FoundModel, findModel, modelOfRun } from '../../runs/find-model.ts';
import { type LoadOptions, loadPredictor } from '../../runs/load.ts';
import { Run } from '../../runs/run.ts';
import type { ImageChoice, Pixels, Prediction, Predictor } from '../../use/predictor.ts';
import { type DecodeOptions, decodeImage, isEncodedImage } from './images/images.ts';
import { nodePlatform } from './platform.ts';

export type { LoadOptions };

/** A classifier that takes paths and bytes of PNG, JPEG and WebP files as well as pixels. */
export class ImageClassifier implements Predictor {
  readonly classNames: readonly string[];
  readonly shape: ImageShape;
  readonly #predictor: Predictor;

  /** @param predictor of images of that shape; disposed of with this */
  constructor(predictor: Predictor, shape: ImageShape) {
    this.classNames = predictor.classNames;
    this.shape = shape;
    this.#predictor = predictor;
  }

  /** @param image pixels, the path of an image file, or its bytes (told from pixels by how they begin) */
  async predict(image: Pixels | string, options: DecodeOptions = {}): Promise<Prediction> {
    return await this.#predictor.predict(await this.toPixels(image, options));
  }

  async predictMany(images: readonly Pixels[]): Promise<Prediction[]> {
    return await this.#predictor.predictMany(images);
  }

  async logProbabilities(images: Uint8Array, choice: ImageChoice = {}): Promise<Float32Array> {
    return await this.#predictor.logProbabilities(images, choice);
  }

  /** The pixels that the network sees of an image. */
  async toPixels(image: Pixels | string, options: DecodeOptions = {}): Promise<Pixels> {
    if (typeof image !== 'string' && !(image instanceof Uint8Array && isEncodedImage(image))) return image;
    const { height, width } = this.shape;
    return (await decodeImage(image, { ...options, height, width })).pixels;
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
  return new ImageClassifier(predictor, known.data.shape);
}
