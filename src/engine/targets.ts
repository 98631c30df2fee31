/**
 * Targets that a label alone does not define: those of distillation and of mixed images. Every backend uses this
 * function, with each operation rounded to float32; a backend's loss uses its rows unchanged.
 */

import { CoutureError } from '../core/errors.ts';
import { drawMix } from '../data/mix.ts';
import type { DeviceImages, TrainRequest } from './backend.ts';
import { expNonPositive } from './reference/math.ts';
import { smoothedTargets } from './scalars.ts';

const f = Math.fround;

/** The parts of a request that determine the targets and weights of its rows. */
type TargetRequest = Pick<
  TrainRequest,
  | 'labels'
  | 'indices'
  | 'batchSize'
  | 'firstStep'
  | 'labelSmoothing'
  | 'distillation'
  | 'augmentation'
  | 'classWeights'
> & { readonly images: Pick<DeviceImages, 'shape'> };

/**
 * The target of every row, [indices.length, classes]; undefined if labels and label smoothing define it. It is
 * (1 - share) * label + share * teacher's probabilities. The label of a mixed image is own * its smoothed label +
 * (1 - own) * its partner's, and the teacher has seen the image mixed. With class weights, each of the two labels counts
 * in proportion to the weight of its class: together with `rowWeights`, the loss is own * the weighted loss of the one
 * label + (1 - own) * that of the other.
 * @throws CoutureError of kind `usage` if the teacher does not have a row for every row
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
      `The teacher must have ${indices.length * classes} probabilities, ${classes} for each image, not ${probabilities.length}.`,
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

/**
 * The weight of every row's loss by its class; undefined if all are 1. For a mixed image it is own * the weight of its
 * class + (1 - own) * that of its partner's.
 */
export function rowWeights(request: TargetRequest): Float32Array | undefined {
  const { indices, labels, classWeights } = request;
  if (classWeights === undefined) return undefined;
  const weights = Float32Array.from(indices, (image) => classWeights[labels[image]]);
  for (const { row, weight } of mixesOf(request)) weights[row] = weight;
  return weights;
}

/** Every row's target blended with that of the row that is mixed into it; unchanged if nothing is mixed. */
function mixTargets(targets: Float32Array, request: TargetRequest, classes: number): Float32Array {
  const mixed = targets.slice();
  for (const { row, partner, own } of mixesOf(request)) {
    const rest = f(1 - own);
    for (let j = 0; j < classes; j++) {
      const [mine, theirs] = [targets[row * classes + j], targets[partner * classes + j]];
      mixed[row * classes + j] = f(f(own * mine) + f(rest * theirs));
    }
  }
  return mixed;
}

/** A row into which another of the request is mixed: how much of the target stays its own, and the loss's weight. */
interface MixedRow {
  readonly row: number;
  readonly partner: number;
  readonly own: number;
  readonly weight: number;
}

function* mixesOf(request: TargetRequest): Generator<MixedRow> {
  const { images, indices, labels, batchSize, firstStep, augmentation, classWeights } = request;
  if (augmentation?.mixing === undefined) return;
  const { mixing, key } = augmentation;
  for (let row = 0; row < indices.length; row++) {
    const step = Math.floor(row / batchSize);
    const first = step * batchSize;
    const rows = Math.min(batchSize, indices.length - first);
    const mix = drawMix(mixing, key, row - first, firstStep + step, rows, images.shape);
    if (mix === undefined) continue;
    const partner = first + mix.partner;
    const [mine, theirs] = [row, partner].map((index) => classWeights?.[labels[indices[index]]] ?? 1);
    const [kept, taken] = [f(mix.own * mine), f(f(1 - mix.own) * theirs)];
    const weight = f(kept + taken);
    // With equal weights, the share has the bits that were drawn.
    const own = mine === theirs || weight === 0 ? mix.own : f(kept / weight);
    yield { row, partner, own, weight };
  }
}

/**
 * A teacher's probabilities from log-probabilities: their exponentials, and for several networks the mean, added in
 * order and divided by their number. The bits are the same everywhere, which `Math.exp` does not guarantee.
 * @param tables log-probabilities of the same images by each network, at least one
 */
export function meanProbabilities(tables: readonly Float32Array[]): Float32Array {
  return tables[0].map((_, i) => {
    const sum = tables.reduce((total, table) => f(total + expNonPositive(table[i])), 0);
    return f(sum / tables.length);
  });
}
