/** Teachers, whose predictions become part of the targets, and the checks of these predictions. */

import { CoutureError } from '../core/errors.ts';
import type { DeviceImages, TrainingBatches } from '../engine/backend.ts';
import type { TrainSettings } from './settings.ts';

/** Tolerance of the sum of a row around 1; rounding is far less. */
const TOLERANCE = 1e-3;

/**
 * A source of class probabilities beside the labels. It gets exactly the images of the next steps, moved,
 * mirrored and mixed, so its probabilities match them (Beyer et al., "Knowledge distillation: a good teacher
 * is patient and consistent", CVPR 2022).
 */
export interface Teacher {
  /**
   * Probabilities [indices.length, classes], row-major, for the images of a few steps. They must not depend
   * on the number of steps per call, bit for bit, or training would not repeat its bits.
   */
  probabilities(images: DeviceImages, indices: Uint32Array, batches: TrainingBatches): Promise<Float32Array>;
}

/**
 * Checks that there is a teacher exactly if the settings need one.
 * @throws CoutureError of kind `usage` when one is missing or unused
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
 * Checks that a teacher returned probabilities for each of the images.
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
