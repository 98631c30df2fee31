/** Rejection: an image is "unknown" if no class is probable enough. */

import { aNumber, checkArguments, kind } from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';

/** A rejection threshold, and how many validation images it rejects. */
export interface Rejection {
  /** An image whose most probable class is below this is unknown; 0 rejects none. */
  readonly threshold: number;
  /** Validation images that are unknown at this threshold. */
  readonly refused: number;
  /** Validation images in all. */
  readonly images: number;
}

/** The share of validation images to reject: above 0, below 1. */
export function isRejectionShare(share: number): boolean {
  return share > 0 && share < 1;
}

const someConfidences = kind(
  'an array of numbers',
  (value) => Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value),
);

/**
 * The threshold that rejects a share of the validation images, the least confident ones; fewer if several
 * have the same confidence, never more. Choose it on validation images: a choice on test images would make
 * their figures too optimistic.
 * @param confidences probability of the most probable class of each validation image, as `Prediction` has it
 * @param share above 0, below 1
 * @throws CoutureError of kind `usage` for a share out of range, and without images
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
  // A share such as 0.07 of 100 must not round below 7.
  const most = Math.floor(share * images + 1e-9);
  const threshold = most === 0 ? 0 : rising[most];
  return { threshold, refused: rising.findIndex((confidence) => confidence >= threshold), images };
}
