/**
 * Summary of an audit: how many images have copies and where, which copies have different labels, and the
 * accuracy of a classifier without duplicates and suspects. That accuracy is shown beside the plain one,
 * never instead of it.
 */

import { checkArguments } from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { someLabels } from '../data/argument-kinds.ts';
import { type Interval, wilsonInterval } from '../inspect/metrics.ts';
import { anAudit, someDuplicates } from './argument-kinds.ts';
import type { Audit, AuditedImage, Duplicates, NearDuplicate, Suspect } from './audit.ts';

/** Images that have a copy. */
export interface CopyCounts {
  /** Training images that have a copy among the training images. */
  readonly withinTrain: number;
  /** Test images that have a copy among the test images. */
  readonly withinTest: number;
  /** Test images that have a copy among the training images. */
  readonly testInTrain: number;
}

/** Counts by kind; an image that has copies of several kinds counts once in `any`. */
export type DuplicateCounts = Readonly<Record<NearDuplicate['kind'] | 'exact' | 'any', CopyCounts>>;

/** Copies with different labels: at most one label of a pair is right. */
export interface Conflicts {
  readonly exact: Duplicates['exact'];
  readonly near: Duplicates['near'];
}

/** How many of some images are classified correctly. */
export interface Score {
  readonly images: number;
  readonly correct: number;
  /** 0 where there are no images. */
  readonly accuracy: number;
  /** Wilson's 95% interval of the accuracy. */
  readonly interval: Interval;
}

/** The accuracy on the test split, plain and without the images of an audit. */
export interface AuditedAccuracy {
  readonly all: Score;
  /** Without the test images that have an exact, near or mirrored copy among the training images. */
  readonly withoutDuplicates: Score;
  /**
   * Without the test images whose label is probably wrong. It is too optimistic, because such models disagree
   * with exactly these labels.
   */
  readonly withoutSuspects: Score;
  readonly withoutBoth: Score;
}

/** Test images to leave out, by their index in the split. */
export interface LeftOut {
  readonly duplicates: ReadonlySet<number>;
  readonly suspects: ReadonlySet<number>;
}

/** How many images have copies. */
export function countDuplicates(duplicates: Duplicates): DuplicateCounts {
  checkArguments('countDuplicates', { duplicates: [duplicates, someDuplicates] });
  const copies = copiesOf(duplicates);
  const count = (kind?: Copy['kind']): CopyCounts => {
    const images = (split: string, of: string): number =>
      new Set(
        copies
          .filter((copy) => copy.image.split === split && copy.of === of && copy.kind === (kind ?? copy.kind))
          .map((copy) => copy.image.index),
      ).size;
    return {
      withinTrain: images('train', 'train'),
      withinTest: images('test', 'test'),
      testInTrain: images('test', 'train'),
    };
  };
  return { exact: count('exact'), near: count('near'), mirrored: count('mirrored'), any: count() };
}

/** The copies whose labels differ. */
export function findConflicts(duplicates: Duplicates): Conflicts {
  checkArguments('findConflicts', { duplicates: [duplicates, someDuplicates] });
  const { exact, near } = duplicates;
  return {
    exact: exact.filter(([first, ...others]) => others.some(({ label }) => label !== first.label)),
    near: near.filter(({ first, second }) => first.label !== second.label),
  };
}

/**
 * The `most` most confident suspects, most confident first, half of them from each split if both have enough.
 */
export function surestOfBoth(suspects: readonly Suspect[], most: number): Suspect[] {
  const places = { train: 0, test: 0 };
  // Ranked within their splits: test images are judged by the mean of more models, which is less extreme.
  const ranked = suspects.map((suspect) => ({ suspect, place: places[suspect.split]++ }));
  const shown = ranked.sort((a, b) => a.place - b.place).slice(0, most);
  return shown.map(({ suspect }) => suspect).sort((a, b) => b.loss - a.loss);
}

/** The test images that have a copy among the training images, and those whose label is probably wrong. */
export function leftOut({ duplicates, labels: { suspects } }: Audit): LeftOut {
  const copies = copiesOf(duplicates).filter(({ image, of }) => image.split === 'test' && of === 'train');
  const wrong = suspects.filter(({ split }) => split === 'test');
  return {
    duplicates: new Set(copies.map(({ image }) => image.index)),
    suspects: new Set(wrong.map(({ index }) => index)),
  };
}

/**
 * Accuracy on the test split as it is, and with duplicates and suspects of `audit` left out.
 * @param predicted the predicted class of each image of the test split
 * @param labels the labels of the data set
 * @throws CoutureError of kind `usage` when they are not of as many images as were audited
 */
export function accuracyWithout(audit: Audit, predicted: Uint16Array, labels: Uint16Array): AuditedAccuracy {
  checkArguments('accuracyWithout', {
    audit: [audit, anAudit],
    predicted: [predicted, someLabels],
    labels: [labels, someLabels],
  });
  const { length } = audit.data.test;
  if (predicted.length !== length || labels.length !== length) {
    throw new CoutureError(
      'usage',
      `${predicted.length} predictions and ${labels.length} labels do not match the ${length} test images of the audit.`,
    );
  }
  const { duplicates, suspects } = leftOut(audit);
  const score = (isKept: (index: number) => boolean): Score => {
    let images = 0;
    let correct = 0;
    labels.forEach((label, index) => {
      if (!isKept(index)) return;
      images += 1;
      if (predicted[index] === label) correct += 1;
    });
    const accuracy = images === 0 ? 0 : correct / images;
    return { images, correct, accuracy, interval: wilsonInterval(correct, images) };
  };
  return {
    all: score(() => true),
    withoutDuplicates: score((index) => !duplicates.has(index)),
    withoutSuspects: score((index) => !suspects.has(index)),
    withoutBoth: score((index) => !duplicates.has(index) && !suspects.has(index)),
  };
}

/** An image that has a copy in a split. */
interface Copy {
  readonly kind: NearDuplicate['kind'] | 'exact';
  readonly image: AuditedImage;
  readonly of: AuditedImage['split'];
}

/** Every image that has a copy, once for each split and pair. What is near to one of a group is near to all of it. */
function copiesOf({ exact, near }: Duplicates): Copy[] {
  const groups = new Map(exact.map((group) => [keyOf(group[0]), group]));
  const groupOf = (image: AuditedImage): readonly AuditedImage[] => groups.get(keyOf(image)) ?? [image];
  const links = [
    ...exact.map((group) => ({ kind: 'exact' as const, images: group, others: group })),
    ...near.flatMap(({ kind, first, second }) => [
      { kind, images: groupOf(first), others: groupOf(second) },
      { kind, images: groupOf(second), others: groupOf(first) },
    ]),
  ];
  const splits = ['train', 'test'] as const;
  return links.flatMap(({ kind, images, others }) =>
    images.flatMap((image) =>
      splits
        .filter((of) => others.some((other) => other !== image && other.split === of))
        .map((of) => ({ kind, image, of })),
    ),
  );
}

const keyOf = ({ split, index }: AuditedImage): string => `${split} ${index}`;
