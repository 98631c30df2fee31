/** A trained run as a classifier that also takes image files. */

import { CoutureError } from '../../core/errors.ts';
import { classCount, inputWidth } from '../../model/spec.ts';
import { Classifier, type ClassifierOptions, type Pixels, type Prediction } from '../../use/classifier.ts';
import { createNodeBackend } from './backend.ts';
import { type DecodeOptions, decodeImage, isEncodedImage } from './images.ts';
import { openRun, type Run, type WeightsChoice } from './run-folder.ts';

/** Which weights, and on what they run. */
export interface LoadOptions {
  readonly weights?: WeightsChoice | undefined;
  readonly backend?: 'wasm' | 'reference' | undefined;
  readonly threads?: number | undefined;
}

/** A classifier that takes paths and bytes of PNG, JPEG and WebP files as well as pixels. */
export class ImageClassifier extends Classifier {
  readonly height: number;
  readonly width: number;

  constructor({ height, width, ...options }: ClassifierOptions & { height: number; width: number }) {
    super(options);
    this.height = height;
    this.width = width;
  }

  /** @param image pixels, the path of an image file, or its bytes (told from pixels by how they begin) */
  override async predict(image: Pixels | string, options: DecodeOptions = {}): Promise<Prediction> {
    return await super.predict(await this.toPixels(image, options));
  }

  /** The pixels that the network sees of an image. */
  async toPixels(image: Pixels | string, options: DecodeOptions = {}): Promise<Pixels> {
    if (typeof image !== 'string' && !(image instanceof Uint8Array && isEncodedImage(image))) return image;
    const { height, width } = this;
    return (await decodeImage(image, { ...options, height, width })).pixels;
  }
}

/**
 * Loads a run: `const model = await load('runs/train/baseline-seed1')`, then `await model.predict('shoe.png')`.
 * @param run its folder, or its bare name under runs/train
 */
export async function load(run: Run | string, options: LoadOptions = {}): Promise<ImageClassifier> {
  const { weights = 'best', backend: name, threads } = options;
  const opened = typeof run === 'string' ? await openRun(run) : run;
  const values = await opened.loadWeights(weights);
  const { data } = await opened.environment();
  const spec = opened.config.model;
  if (data.height * data.width !== inputWidth(spec) || data.classNames.length !== classCount(spec)) {
    throw new CoutureError('data', `${opened.path}: env.json and config.json are of different data sets.`);
  }
  const backend = await createNodeBackend({ backend: name, threads });
  try {
    const { height, width, classNames } = data;
    return new ImageClassifier({ spec, classNames, weights: values, backend, height, width });
  } catch (error) {
    await backend.dispose();
    throw error;
  }
}
