/**
 * Targets that a label alone does not give: of distillation and of mixed images. One function for every backend, each
 * operation rounded to float32; a backend's loss takes its rows as they are.
 */

import { CoutureError } from '../core/errors.ts';
import { drawMix } from '../data/mix.ts';
import type { DeviceImages, TrainRequest } from './backend.ts';
import { expNonPositive } from './reference/math.ts';
import { smoothedTargets } from './scalars.ts';

const f = Math.fround;

/** What of a request its targets depend on. */
type TargetRequest = Pick<
  TrainRequest,
  'labels' | 'indices' | 'batchSize' | 'firstStep' | 'labelSmoothing' | 'distillation' | 'augmentation'
> & { readonly images: Pick<DeviceImages, 'shape'> };

/**
 * The target of every row, [indices.length, classes]; undefined where labels and label smoothing say it all. It is
 * (1 - share) * label + share * teacher's probabilities, where of a mixed image the label is own * its smoothed label +
 * (1 - own) * its partner's, and the teacher has seen the image mixed.
 * @throws CoutureError of kind `usage` where the teacher has not a row for every row
 */
export function softTargets(request: TargetRequest, classes: number): Float32Array | undefined {
  const { indices, distillation, augmentation } = request;
  if (distillation === undefined && augmentation?.mixing === undefined) return undefined;
  const labels = mixTargets(labelTargets(request, classes), request, classes);
  if (distillation === undefined) return labels;

  const { probabilities } = distillation;
  if (probabilities.length !== indices.length * classes) {
    throw new CoutureError(
      'usage',
      `The teacher has ${probabilities.length} probabilities, not ${indices.length * classes}: ${classes} for each image.`,
    );
  }
  const share = f(distillation.share);
  const keep = f(1 - share);
  return labels.map((label, i) => f(f(keep * label) + f(share * probabilities[i])));
}

/** The smoothed label of every row's own image. */
function labelTargets({ labels, indices, labelSmoothing = 0 }: TargetRequest, classes: number): Float32Array {
  const { own, other } = smoothedTargets(labelSmoothing, classes);
  const targets = new Float32Array(indices.length * classes).fill(other);
  indices.forEach((image, row) => {
    targets[row * classes + labels[image]] = own;
  });
  return targets;
}

/** Every row's target blended with that of the row that is mixed into it; as they are where nothing is mixed. */
function mixTargets(
  targets: Float32Array,
  { images, indices, batchSize, firstStep, augmentation }: TargetRequest,
  classes: number,
): Float32Array {
  if (augmentation?.mixing === undefined) return targets;
  const { mixing, key } = augmentation;
  const mixed = targets.slice();
  for (let row = 0; row < indices.length; row++) {
    const step = Math.floor(row / batchSize);
    const first = step * batchSize;
    const rows = Math.min(batchSize, indices.length - first);
    const mix = drawMix(mixing, key, row - first, firstStep + step, rows, images.shape);
    if (mix === undefined) continue;
    const rest = f(1 - mix.own);
    for (let j = 0; j < classes; j++) {
      const [mine, theirs] = [targets[row * classes + j], targets[(first + mix.partner) * classes + j]];
      mixed[row * classes + j] = f(f(mix.own * mine) + f(rest * theirs));
    }
  }
  return mixed;
}

/**
 * A teacher's probabilities from log-probabilities: e to their power, of several networks the mean, added in their order and
 * divided by their number. The same bits everywhere, as `Math.exp` would not give.
 * @param tables log-probabilities of the same images by each network, at least one
 */
export function meanProbabilities(tables: readonly Float32Array[]): Float32Array {
  return tables[0].map((_, i) => {
    const sum = tables.reduce((total, table) => f(total + expNonPositive(table[i])), 0);
    return f(sum / tables.length);
  });
}
