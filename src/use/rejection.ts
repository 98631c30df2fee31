/** Answers that are not believed: an image is "unknown" where no class is probable enough. */

import { aNumber, checkArguments, kind } from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';

/** Below which probability an answer is refused, and how many validation images that refuses. */
export interface Rejection {
  /** An image whose most probable class has less than this is unknown; 0 refuses none. */
  readonly threshold: number;
  /** Validation images that are unknown at this threshold. */
  readonly refused: number;
  /** Validation images in all. */
  readonly images: number;
}

/** The share of validation images that may be refused: above 0, below 1. */
export function isRejectionShare(share: number): boolean {
  return share > 0 && share < 1;
}

const someConfidences = kind(
  'an array of numbers',
  (value) => Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value),
);

/**
 * The threshold that refuses a share of the validation images, the least confident of them; fewer where several have the
 * same confidence, never more. Choose it on validation images: on test images, their figures would no longer be honest.
 * @param confidences probability of the most probable class of each validation image, as `Prediction` has it
 * @param share above 0, below 1
 * @throws CoutureError of kind `usage` for a share out of range, and where there are no images
 */
export function rejectionThreshold(confidences: ArrayLike<number>, share: number): Rejection {
  checkArguments('rejectionThreshold', {
    confidences: [confidences, someConfidences],
    share: [share, aNumber],
  });
  if (!isRejectionShare(share))
    throw new CoutureError('usage', `The share to reject must be above 0 and below 1, not ${share}.`);
  const images = confidences.length;
  if (images === 0)
    throw new CoutureError('usage', 'There are no validation images to choose a threshold with.');
  const rising = Float64Array.from(confidences).sort();
  // A share such as 0.07 of 100 must not fall short of 7 by rounding.
  const most = Math.floor(share * images + 1e-9);
  const threshold = most === 0 ? 0 : rising[most];
  return { threshold, refused: rising.findIndex((confidence) => confidence >= threshold), images };
}
