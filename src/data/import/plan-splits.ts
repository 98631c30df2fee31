/** Plans the images and classes of the splits. */

import { countUp } from '../../core/count-up.ts';
import { CoutureError } from '../../core/errors.ts';
import { count } from '../../core/format.ts';
import type { AllPictures } from './all-pictures.ts';
import { type Classes, classesOf, classOf } from './classes.ts';
import { pickHashes } from './hashes.ts';
import type { ReadPictures } from './read-pictures.ts';
import type { ImportReport } from './report.ts';
import { drawTestSplit } from './test-split.ts';

/** Images of one split: their numbers in the store, and their classes. */
export interface PlannedSplit {
  readonly indices: Uint32Array;
  readonly labels: Uint16Array;
}

/**
 * Checks all labels before any picture is read.
 * @throws CoutureError of kind `data` for too few or too many classes, and for test images of other classes
 */
export function checkLabels(all: AllPictures): void {
  const names = new Set<string>();
  for (let index = 0; index < all.length; index++) if (!all.isTest(index)) names.add(all.labelOf(index));
  const classes = classesOf(names);
  for (let index = 0; index < all.length; index++)
    if (all.isTest(index)) classOf(classes, all.labelOf(index), all.nameOf(index));
}

/** The class of every picture that is kept. */
export function labelAll(
  all: AllPictures,
  { problems }: ReadPictures,
): { classes: Classes; labels: Uint16Array } {
  const names = new Set<string>();
  for (let index = 0; index < all.length; index++)
    if (!all.isTest(index) && !problems.has(index)) names.add(all.labelOf(index));
  const classes = classesOf(names);
  const labels = new Uint16Array(all.length);
  for (let index = 0; index < all.length; index++)
    if (!problems.has(index)) labels[index] = classOf(classes, all.labelOf(index), all.nameOf(index));
  return { classes, labels };
}

interface SplitRequest {
  readonly labels: Uint16Array;
  readonly classes: number;
  readonly share: number;
}

/**
 * The images of both splits.
 * @throws CoutureError of kind `data` when one has none
 */
export function splitAll(
  all: AllPictures,
  { problems, content, pixels }: ReadPictures,
  { labels, classes, share }: SplitRequest,
): { train: PlannedSplit; test: PlannedSplit; notices: string[] } {
  const kept = countUp(all.length).filter((index) => !problems.has(index));
  const keptLabels = Uint16Array.from(kept, (index) => labels[index]);
  const isTest = all.hasTest
    ? Uint8Array.from(kept, (index) => Number(all.isTest(index)))
    : drawTestSplit({
        labels: keptLabels,
        content: pickHashes(content, kept),
        pixels: pickHashes(pixels, kept),
        classes,
        share,
      });
  const part = (test: 0 | 1): PlannedSplit => ({
    indices: kept.filter((_, i) => isTest[i] === test),
    labels: keptLabels.filter((_, i) => isTest[i] === test),
  });
  const [train, test] = [part(0), part(1)];
  if (train.labels.length === 0 || test.labels.length === 0)
    throw new CoutureError(
      'data',
      `The ${test.labels.length === 0 ? 'test' : 'training'} split has no images.`,
      {
        hint: 'Each class needs at least two different images, one of them for the test split.',
      },
    );
  const notices = all.hasTest
    ? []
    : [
        `There is no test split: ${count(test.labels.length)} of ${count(kept.length)} images become the test split, ${(share * 100).toFixed(1)}% of each class rounded to whole images, the same for all runs. Copies stay in one split.`,
      ];
  return { train, test, notices };
}

/** Images of each class. */
export function countClasses(
  { names }: Classes,
  train: PlannedSplit,
  test: PlannedSplit,
): ImportReport['classes'] {
  const counts = names.map((name) => ({ name, train: 0, test: 0 }));
  for (const label of train.labels) counts[label].train += 1;
  for (const label of test.labels) counts[label].test += 1;
  return counts;
}
