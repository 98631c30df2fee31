/** Who has a say in the targets beside the labels, and what the loop believes of it. */

import { CoutureError } from '../core/errors.ts';
import type { DeviceImages, TrainingBatches } from '../engine/backend.ts';
import type { TrainSettings } from './settings.ts';

/** How far from 1 the sum of a row may be: rounding is far less. */
const TOLERANCE = 1e-3;

/**
 * Whoever knows the classes of an image better than its label says. It is asked about the very images that a step is about
 * to see, moved, mirrored and mixed: then what it says fits them (Beyer et al., "Knowledge distillation: a good teacher is
 * patient and consistent", CVPR 2022).
 */
export interface Teacher {
  /**
   * Probabilities [indices.length, classes], row-major, of images as a few steps will have them. Training to the same bits
   * asks for the same probabilities to the bit, however many steps a call is about.
   */
  probabilities(images: DeviceImages, indices: Uint32Array, batches: TrainingBatches): Promise<Float32Array>;
}

/**
 * Checks that a teacher is there where the settings ask for one.
 * @throws CoutureError of kind `usage` where one is missing, or has no say
 */
export function checkTeacher(
  teacher: Teacher | undefined,
  { distillation }: Pick<TrainSettings, 'distillation'>,
): void {
  if ((teacher !== undefined) === distillation > 0) return;
  throw new CoutureError(
    'usage',
    teacher === undefined
      ? `The share of the teacher's predictions in the targets, distillation, is ${distillation}, but no teacher was given.`
      : 'A teacher was given, but the share of its predictions in the targets, distillation, is 0.',
    { hint: 'Give train() both the teacher and its share, or neither.' },
  );
}

/**
 * Checks that a teacher said probabilities, of each of the images that it was asked about.
 * @throws CoutureError of kind `usage` naming what is wrong
 */
export function checkTaught(probabilities: Float32Array, indices: Uint32Array, classes: number): void {
  if (probabilities.length !== indices.length * classes) {
    throw new CoutureError(
      'usage',
      `The teacher must give ${classes} probabilities for each of the ${indices.length} images, ${indices.length * classes} in all, not ${probabilities.length}.`,
    );
  }
  for (let row = 0; row < indices.length; row++) {
    let sum = 0;
    for (let j = 0; j < classes; j++) {
      const value = probabilities[row * classes + j];
      if (!(value >= 0)) sum = Number.NaN;
      sum += value;
    }
    if (Math.abs(sum - 1) <= TOLERANCE) continue;
    throw new CoutureError('usage', `The teacher's values for image ${indices[row]} are not probabilities.`, {
      hint: `Expected ${classes} numbers from 0 to 1 with a sum of 1, not logits or log-probabilities.`,
    });
  }
}
