/**
 * The code inside an exported module: a model from its description and weights, without the parts of Couture that check
 * files, train or measure. The same preparation, kernels and arithmetic as `couture predict`, so the same bits.
 * scripts/build-module.ts bundles this file into src/ship/exports/.
 */

import { describe, typeOf } from '../../../core/arguments.ts';
import { countUp } from '../../../core/count-up.ts';
import { CoutureError } from '../../../core/errors.ts';
import { imageSize } from '../../../data/image-shape.ts';
import { isPixelArray, pixelBytes, wrongLength } from '../../../data/pixels.ts';
import { type Picture, type PreparedImage, prepareImage } from '../../../data/prepare.ts';
import type { Backend, Session } from '../../../engine/backend.ts';
import { createBackend } from '../../../engine/create.ts';
import type { ModuleConfig } from '../../../ship/exports/module-config.ts';
import { type PackedWeights, unpackWeights } from '../../../ship/exports/packed-weights.ts';
import { Mixture, temper } from '../../../use/mixture.ts';
import { type Pixels, type Prediction, predictOne, requireFinite } from '../../../use/predictor.ts';
import { drawView, viewsOf } from '../../../use/views.ts';
import { decodeWebPicture, type WebPicture } from '../picture.ts';
import { openFile } from './open-file.ts';
import { checkOptions, type ModuleOptions } from './options.ts';

export type { ModuleOptions } from './options.ts';

/** What a module classifies: a picture of a page, the bytes of an image file, RGBA, or prepared pixels. */
export type ModuleImage = WebPicture | Picture | Pixels;

/** A prediction with the image that it is for. */
export interface ModuleAnswer {
  readonly prepared: PreparedImage;
  readonly prediction: Prediction;
}

/** The functions of a module. */
export interface ModuleModel {
  /** What the network sees of a picture, and what it makes of that. */
  answer(image: ModuleImage, options?: ModuleOptions): Promise<ModuleAnswer>;
  classify(image: ModuleImage, options?: ModuleOptions): Promise<Prediction>;
  prepare(picture: ModuleImage, options?: ModuleOptions): Promise<PreparedImage>;
}

/** A running network. */
interface Network {
  readonly backend: Backend;
  readonly sessions: readonly Session[];
}

/** @param weights base64 */
export function openModule(config: ModuleConfig, weights: string): ModuleModel {
  const { classNames, shape, steps, temperature } = config;
  const size = imageSize(shape);
  const views = viewsOf(config.views);
  let started: Promise<Network> | undefined;

  async function logProbabilities(images: Uint8Array): Promise<Float32Array> {
    started ??= start(config, weights);
    const { backend, sessions } = await started;
    const count = images.length / size;
    const mixture = new Mixture(count * classNames.length);
    for (const view of views) {
      const seen = await backend.upload(drawView(images, shape, view), shape);
      try {
        for (const session of sessions) mixture.add(await session.infer(seen, countUp(count)));
      } finally {
        seen.dispose();
      }
    }
    return requireFinite(temper(mixture.logMean(), classNames.length, temperature), 'The model');
  }

  async function prepare(caller: string, image: ModuleImage, given?: ModuleOptions): Promise<PreparedImage> {
    const changes = checkOptions(caller, given);
    const picture = await pictureOf(image, caller, size);
    if (picture !== undefined)
      return named(caller, () => prepareImage(picture, shape, { ...steps, ...changes }));
    if (Object.keys(changes).length > 0)
      throw new CoutureError(
        'usage',
        `${caller}: options.steps cannot be used: the image is prepared already.`,
        {
          hint: 'Leave out the steps, or give the picture itself.',
        },
      );
    return { pixels: preparedPixels(image as Pixels, caller, size), facts: unchanged(config) };
  }

  async function answer(caller: string, image: ModuleImage, options?: ModuleOptions): Promise<ModuleAnswer> {
    const prepared = await prepare(caller, image, options);
    const prediction = await predictOne({ classNames, logProbabilities }, prepared.pixels, size);
    return { prepared, prediction };
  }

  return {
    answer: async (image, options) => await answer('answer', image, options),
    classify: async (image, options) => (await answer('classify', image, options)).prediction,
    prepare: async (picture, options) => await prepare('prepare', picture, options),
  };
}

/** A copy of prepared pixels as bytes. */
function preparedPixels(image: Pixels, caller: string, size: number): Uint8Array<ArrayBuffer> {
  const where = `${caller}: the image`;
  if (image.length !== size) throw wrongLength(image, size, where);
  return pixelBytes(image, where).slice();
}

/** Prepared pixels stay as they are. */
function unchanged({ shape: { height, width } }: ModuleConfig): PreparedImage['facts'] {
  return { width, height, inverted: false, crop: null, nothingFound: false, ground: null };
}

/** The result of a function, whose errors are named after the caller that the user knows. */
function named<Result>(caller: string, make: () => Result): Result {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof CoutureError) || cause.kind !== 'usage') throw cause;
    const message = `${caller}: ${cause.message.replace(/^prepareImage: /, '')}`;
    throw new CoutureError('usage', message, {
      cause,
      ...(cause.hint !== undefined && { hint: cause.hint }),
    });
  }
}

/** The picture of an argument; undefined for prepared pixels. */
async function pictureOf(image: ModuleImage, caller: string, size: number): Promise<Picture | undefined> {
  const file = openFile(image, size);
  if (file !== undefined) return await file;
  const decoded = decodeWebPicture(image as WebPicture, 'that was given', size);
  if (decoded !== undefined) return await decoded;
  if (isPixelArray(image)) return undefined;
  const { data, width, height } = (typeof image === 'object' && image !== null ? image : {}) as Picture;
  if (ArrayBuffer.isView(data) && /^Uint8(Clamped)?Array$/.test(typeOf(data)))
    return { ...(image as Picture), width, height };
  throw new CoutureError('usage', `${caller}: the image is ${describe(image)}, which is not a picture.`, {
    hint: 'Give the bytes of an image file, a canvas, an image, a video, ImageData, or { data, width, height } with RGBA bytes.',
  });
}

async function start({ members }: ModuleConfig, weights: string): Promise<Network> {
  const all = Uint8Array.from(atob(weights), (character) => character.charCodeAt(0));
  const tensors = members.flatMap((member) => member.tensors);
  const values = unpackWeights({ tensors, bytes: all } satisfies PackedWeights);
  const backend = await startBackend();
  const sessions: Session[] = [];
  let at = 0;
  try {
    for (const { program, tensors: own } of members) {
      const session = await backend.createSession(program);
      sessions.push(session);
      for (const { name } of own) await session.write(name, values[at++]);
    }
    return { backend, sessions };
  } catch (error) {
    await backend.dispose();
    throw error;
  }
}

/** WebAssembly or, in a page whose policy forbids it, the slower reference, which has the same bits. */
async function startBackend(): Promise<Backend> {
  try {
    return await createBackend({ backend: 'wasm' });
  } catch (error) {
    if (!(error instanceof CoutureError) || error.kind !== 'backend') throw error;
    return await createBackend({ backend: 'reference' });
  }
}
