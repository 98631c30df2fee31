/**
 * Duplicate images of a data set, within a split or across the two: exact copies, and near duplicates by the
 * distance of their pixels.
 *
 * Pixels show whether two files are of the same photograph, not whether two photographs are of the same
 * object: the same shirt in another color, or one pixel further to the left, counts as another image.
 */

import {
  aFunction,
  aNumber,
  aSignal,
  checkArguments,
  optional,
  options as optionsOf,
} from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { aDataset } from '../data/argument-kinds.ts';
import { type Dataset, imageAt, selectImages } from '../data/dataset.ts';
import { describeShape, sameShape, toPlanes } from '../data/image-shape.ts';
import { joinSplits } from '../data/relabel.ts';
import type { AuditedImage, Duplicates } from './audit.ts';
import { findNearPairs } from './near-pairs.ts';

/**
 * Largest relative distance of near duplicates, chosen by looking at pairs of Fashion-MNIST. Up to 0.05 both
 * are of the same photograph; up to 0.085 of the same garment, some with another print; from 0.09 on, more
 * and more are plain trousers and pullovers that only look similar, and every further 0.01 doubles their
 * number (84 pairs at 0.08, 170 at 0.1, 610 at 0.12). No pair within 0.1 has different labels.
 */
export const DUPLICATE_THRESHOLD = 0.08;

/** Options of the search for duplicates. */
export interface FindDuplicatesOptions {
  /** Largest relative distance of a near duplicate; 0 finds only exact copies and exact mirror images. */
  readonly threshold?: number;
  readonly signal?: AbortSignal | undefined;
  /** Images compared with all before them, of all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const findOptions = optionsOf({
  threshold: optional(aNumber),
  signal: optional(aSignal),
  onProgress: optional(aFunction),
});

/**
 * Finds every duplicate within the two splits of a data set and across them.
 * @throws CoutureError of kind `usage` for splits that do not match, otherwise like `findNearPairs`
 */
export async function findDuplicates(
  train: Dataset,
  test: Dataset,
  options: FindDuplicatesOptions = {},
): Promise<Duplicates> {
  checkArguments('findDuplicates', {
    train: [train, aDataset],
    test: [test, aDataset],
    options: [options, findOptions],
  });
  const { threshold = DUPLICATE_THRESHOLD, signal, onProgress } = options;
  const { shape } = train.info;
  if (!sameShape(shape, test.info.shape))
    throw new CoutureError(
      'usage',
      `The splits have images of different shapes: ${describeShape(shape)} and ${describeShape(test.info.shape)}.`,
    );
  if (!(threshold >= 0 && threshold < 1))
    throw new CoutureError('usage', `The relative distance must be from 0 up to 1, not ${threshold}.`);
  const all = joinSplits(train, test);
  const nameOf = (image: number): AuditedImage => {
    const isTrain = image < train.length;
    const index = isTrain ? image : image - train.length;
    return { split: isTrain ? 'train' : 'test', index, label: all.labels[image] };
  };
  const groups = groupCopies(all);
  const firsts = Uint32Array.from(groups, ([first]) => first);
  const { images } = firsts.length < all.length ? selectImages(all, firsts) : all;
  // A color image is compared as an image of three times the height, one plane above another.
  const planes = toPlanes(images, shape);
  const [height, width] = [shape.height * shape.channels, shape.width];
  const pairs = await findNearPairs({ images: planes, height, width, threshold, signal, onProgress });
  return {
    threshold,
    exact: groups.filter((group) => group.length > 1).map((group) => group.map(nameOf)),
    near: pairs.map(({ kind, first, second, distance }) => ({
      kind,
      first: nameOf(firsts[first]),
      second: nameOf(firsts[second]),
      distance,
    })),
  };
}

/** Images by equal bytes: every image is in one group, and groups are in the order of their first images. */
function groupCopies(dataset: Dataset): number[][] {
  const groups: number[][] = [];
  const byHash = new Map<number, number[][]>();
  for (let index = 0; index < dataset.length; index++) {
    const image = imageAt(dataset, index);
    const hash = fnv1a(image);
    const alike = byHash.get(hash) ?? [];
    const own = alike.find(([first]) => equal(imageAt(dataset, first), image));
    if (own !== undefined) {
      own.push(index);
      continue;
    }
    const group = [index];
    groups.push(group);
    byHash.set(hash, [...alike, group]);
  }
  return groups;
}

/** FNV-1a, 32 bits (G. Fowler, L. C. Noll, K.-P. Vo): only sorts out what cannot be equal. */
function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, i) => byte === b[i]);
}
