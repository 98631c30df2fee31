/** A trained run or a model file as a classifier that also takes image files. */

import { CoutureError } from '../../../core/errors.ts';
import type { DatasetInfo } from '../../../data/dataset-info.ts';
import { isEncodedImage } from '../../../data/encoded-image.ts';
import type { ImageShape } from '../../../data/image-shape.ts';
import type { PictureSteps } from '../../../data/preprocessing.ts';
import type { Backend } from '../../../engine/backend.ts';
import { inputOf } from '../../../train/config.ts';
import { Classifier } from '../../../use/classifier.ts';
import { Ensemble } from '../../../use/ensemble.ts';
import type { ImageChoice, Pixels, Prediction, Predictor } from '../../../use/predictor.ts';
import { createNodeBackend } from '../engine/backend.ts';
import { type FindModelOptions, type FoundModel, findModel } from './find-model.ts';
import { type DecodedImage, type DecodeOptions, decodeImage } from '../images/images.ts';
import { Run, type WeightsChoice } from './run-folder.ts';

/** Which weights, and on what they run. */
export interface LoadOptions {
  /** Of a run; a model file has one set. */
  readonly weights?: WeightsChoice | undefined;
  readonly backend?: 'wasm' | 'reference' | undefined;
  readonly threads?: number | undefined;
}

/** How to prepare a picture otherwise than the model says. */
export type PictureOptions = Omit<DecodeOptions, 'shape'>;

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
    return await this.#predictor.predict(await this.toPixels(image, options));
  }

  async predictMany(images: readonly Pixels[]): Promise<Prediction[]> {
    return await this.#predictor.predictMany(images);
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
  const found = typeof model === 'string' ? await findModel(model, places) : model;
  if (found instanceof Run || found.kind === 'run') {
    const run = found instanceof Run ? found : found.run;
    const network = await loadNetwork(run, { weights, backend, threads });
    return new ImageClassifier(network, run.config.data);
  }
  if (weights === 'last') {
    throw new CoutureError('usage', `${found.path} has one set of weights: "last" is for runs.`);
  }
  const engine = { backend, threads };
  const ensemble = await onBackend(engine, (own) => new Ensemble({ ...found.model, classNames: found.data.classNames, backend: own }));
  return new ImageClassifier(ensemble, found.data);
}

/** The network of a run by itself, of which activations and gradients can be asked as well. */
export async function loadNetwork(
  run: Run,
  { weights = 'best', backend, threads }: LoadOptions = {},
): Promise<Classifier> {
  const values = await run.loadWeights(weights);
  const { model: spec, data } = run.config;
  const { classNames } = data;
  const input = inputOf(run.config);
  const engine = { backend, threads };
  return await onBackend(
    engine,
    (own) => new Classifier({ spec, input, classNames, weights: values, backend: own }),
  );
}

/** What `make` makes on a backend of its own, which is stopped where that fails. */
async function onBackend<Made>(
  engine: Pick<LoadOptions, 'backend' | 'threads'>,
  make: (backend: Backend) => Made,
): Promise<Made> {
  const backend = await createNodeBackend(engine);
  try {
    return make(backend);
  } catch (error) {
    await backend.dispose();
    throw error;
  }
}
