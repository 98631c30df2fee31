/**
 * Targets that a label alone does not give: of distillation and of mixed images. One function for every backend, each
 * operation rounded to float32; a backend's loss takes its rows as they are.
 */

import { CoutureError } from '../core/errors.ts';
import { drawMix } from '../data/mix.ts';
import type { TrainRequest } from './backend.ts';
import { expNonPositive } from './reference/math.ts';
import { smoothedTargets } from './scalars.ts';

const f = Math.fround;

/** What of a request its targets depend on. */
type TargetRequest = Pick<
  TrainRequest,
  'images' | 'labels' | 'indices' | 'batchSize' | 'firstStep' | 'labelSmoothing' | 'teacher' | 'augmentation'
>;

/**
 * The target of every row, [indices.length, classes]; undefined where labels and label smoothing say it all. Of an image it
 * is (1 - share) * smoothed label + share * teacher's probabilities; of a mixed one, own * the image's target +
 * (1 - own) * its partner's.
 * @throws CoutureError of kind `usage` where the teacher has not a row for every image
 */
export function softTargets(request: TargetRequest, classes: number): Float32Array | undefined {
  const { indices, batchSize, firstStep, augmentation } = request;
  const mixing = augmentation?.mixing;
  if (request.teacher === undefined && mixing === undefined) return undefined;
  const targets = imageTargets(request, classes);
  if (augmentation === undefined || mixing === undefined) return targets;

  const mixed = targets.slice();
  for (let row = 0; row < indices.length; row++) {
    const step = Math.floor(row / batchSize);
    const first = step * batchSize;
    const rows = Math.min(batchSize, indices.length - first);
    const mix = drawMix(mixing, augmentation.key, row - first, firstStep + step, rows, augmentation);
    if (mix === undefined) continue;
    const rest = f(1 - mix.own);
    for (let j = 0; j < classes; j++) {
      const [mine, theirs] = [targets[row * classes + j], targets[(first + mix.partner) * classes + j]];
      mixed[row * classes + j] = f(f(mix.own * mine) + f(rest * theirs));
    }
  }
  return mixed;
}

/** The target of every row's own image. */
function imageTargets(request: TargetRequest, classes: number): Float32Array {
  const { images, labels, indices, labelSmoothing = 0, teacher } = request;
  const { own, other } = smoothedTargets(labelSmoothing, classes);
  const share = f(teacher?.share ?? 0);
  const keep = f(1 - share);
  const table = teacher?.probabilities;
  if (table !== undefined && table.length !== images.length * classes) {
    throw new CoutureError(
      'usage',
      `The teacher has ${table.length} probabilities, not ${images.length * classes}: ${classes} for each image.`,
    );
  }
  const targets = new Float32Array(indices.length * classes);
  indices.forEach((image, row) => {
    for (let j = 0; j < classes; j++) {
      const hard = j === labels[image] ? own : other;
      const soft = table?.[image * classes + j];
      targets[row * classes + j] = soft === undefined ? hard : f(f(keep * hard) + f(share * soft));
    }
  });
  return targets;
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
