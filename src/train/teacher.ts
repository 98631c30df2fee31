/** What the loop takes as a teacher. */

import { CoutureError } from '../core/errors.ts';
import { classCount } from '../model/spec.ts';
import type { RunConfig } from './settings.ts';

/** How far from 1 the sum of a row may be: rounding is far less. */
const TOLERANCE = 1e-3;

/**
 * Checks that a teacher is there where the settings ask for one, and that it has probabilities for every image.
 * @param teacher [images, classes]
 * @throws CoutureError of kind `usage` naming what is wrong
 */
export function checkTeacher(
  teacher: Float32Array | undefined,
  { settings, model }: RunConfig,
  images: number,
): void {
  const classes = classCount(model);
  if ((teacher !== undefined) !== settings.distillation > 0) {
    throw new CoutureError(
      'usage',
      teacher === undefined
        ? `The targets are to be ${settings.distillation} of a teacher's predictions, but no teacher was given.`
        : 'A teacher was given, but the share of its predictions in the targets, distillation, is 0.',
      { hint: 'Give train() the teacher and its share, or neither.' },
    );
  }
  if (teacher === undefined) return;
  if (teacher.length !== images * classes) {
    throw new CoutureError(
      'usage',
      `The teacher should have ${classes} probabilities for each of the ${images} images, ${images * classes} in all, not ${teacher.length}.`,
    );
  }
  for (let image = 0; image < images; image++) {
    let sum = 0;
    for (let j = 0; j < classes; j++) {
      const value = teacher[image * classes + j];
      if (!(value >= 0)) sum = Number.NaN;
      sum += value;
    }
    if (Math.abs(sum - 1) <= TOLERANCE) continue;
    throw new CoutureError('usage', `What the teacher gives for image ${image} is not probabilities.`, {
      hint: `${classes} numbers from 0 to 1 that sum to 1 were expected: not logits, and not logarithms.`,
    });
  }
}
