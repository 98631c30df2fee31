/** Checks of a request before any backend runs it, because kernels read and write any address they are given. */

import { CoutureError } from '../core/errors.ts';
import { describeShape, type ImageShape, imageSize, sameShape } from '../data/image-shape.ts';
import type { ParameterSpec } from '../model/plan.ts';
import type { Program } from '../model/program.ts';
import type { DeviceImages, InferOptions, TrainRequest } from './backend.ts';

/**
 * The number of images in `bytes`.
 * @throws CoutureError of kind `usage` when they are not a whole number of images
 */
export function countImages(bytes: Uint8Array, shape: ImageShape): number {
  const { height, width, channels } = shape;
  const isShape = height >= 1 && width >= 1 && Number.isInteger(height) && Number.isInteger(width);
  if (!isShape || (channels !== 1 && channels !== 3))
    throw new CoutureError(
      'usage',
      `Invalid image shape ${height}x${width} with ${channels} channels: expected whole sides, and 1 or 3 channels.`,
    );
  const count = bytes.length / imageSize(shape);
  if (Number.isInteger(count)) return count;
  throw new CoutureError(
    'usage',
    `${bytes.length} bytes are not a whole number of images of ${describeShape(shape)}.`,
  );
}

/** @throws CoutureError of kind `usage` when images, indices, labels, weights or learning rates do not fit the network */
export function checkTrainRequest(program: Program, request: TrainRequest): void {
  const { images, indices, labels, learningRates, batchSize } = request;
  checkImages(program, images, indices);
  checkBatchSize(batchSize);
  const steps = Math.ceil(indices.length / batchSize);
  if (learningRates.length < steps)
    throw new CoutureError(
      'usage',
      `Expected ${steps} learning rates, one for each step, not ${learningRates.length}.`,
    );
  const classes = classesOf(program);
  checkClassWeights(request.classWeights, classes);
  for (const image of indices) {
    if (labels[image] >= 0 && labels[image] < classes) continue;
    throw new CoutureError(
      'usage',
      `Label ${labels[image] ?? '(none)'} of image ${image} is out of range: the network has ${classes} classes.`,
    );
  }
}

function checkClassWeights(weights: Float32Array | undefined, classes: number): void {
  if (weights === undefined) return;
  if (weights.length === classes && weights.every((weight) => weight >= 0 && Number.isFinite(weight))) return;
  throw new CoutureError(
    'usage',
    `Expected ${classes} class weights of at least 0, one for each class, not ${weights.length}: ${weights.slice(0, 5).join(', ')}.`,
  );
}

/** @throws CoutureError of kind `usage` when images, indices or classes do not fit the network */
export function checkInferRequest(
  program: Program,
  images: DeviceImages,
  indices: Uint32Array,
  { classes, batches }: InferOptions,
): void {
  checkImages(program, images, indices);
  if (batches) checkBatchSize(batches.batchSize);
  if (!program.infer.some(({ op }) => op === 'logProbabilityGradient')) return;
  const limit = classesOf(program);
  if (classes?.length === indices.length && classes.every((index) => index < limit)) return;
  throw new CoutureError(
    'usage',
    `Expected a class below ${limit} for each of the ${indices.length} images.`,
  );
}

/** @throws CoutureError of kind `usage` when the number of values is not that of the parameter */
export function checkSize({ name, shape }: ParameterSpec, values: Float32Array): void {
  const size = shape.reduce((product, n) => product * n, 1);
  if (values.length !== size)
    throw new CoutureError('usage', `${name} must have ${size} values, not ${values.length}.`);
}

function checkImages({ input }: Program, images: DeviceImages, indices: Uint32Array): void {
  if (!sameShape(images.shape, input.shape)) {
    throw new CoutureError(
      'usage',
      `The network takes images of ${describeShape(input.shape)}, but these are ${describeShape(images.shape)}.`,
    );
  }
  for (const index of indices) {
    if (index >= images.length)
      throw new CoutureError(
        'usage',
        `Image index ${index} is out of range: there are ${images.length} images.`,
      );
  }
}

function checkBatchSize(batchSize: number): void {
  if (Number.isInteger(batchSize) && batchSize > 0) return;
  throw new CoutureError('usage', `The batch size must be a whole number above 0, not ${batchSize}.`);
}

function classesOf({ plan }: Program): number {
  return plan.layers[plan.layers.length - 1].out;
}
