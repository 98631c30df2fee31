/** Checksums of the images and labels of a data set. */

import { count, plural } from '../core/format.ts';
import { sha256 } from '../core/sha256.ts';
import type { Dataset } from './dataset.ts';
import type { DatasetInfo, SplitInfo } from './dataset-info.ts';
import { describeShape } from './image-shape.ts';

/** Labels below this are hashed as bytes, so that the checksums of older sets stay the published ones. */
const BYTE_LABELS = 256;

/** Number of images and the digests of a split. */
export async function describeSplit({ info, images, labels, length }: Dataset): Promise<SplitInfo> {
  return {
    length,
    imagesSha256: await sha256(images),
    labelsSha256: await sha256(labelBytes(labels, info.classNames.length)),
  };
}

function labelBytes(labels: Uint16Array, classes: number): Uint8Array {
  if (classes <= BYTE_LABELS) return Uint8Array.from(labels);
  const bytes = new DataView(new ArrayBuffer(labels.length * 2));
  labels.forEach((label, i) => {
    bytes.setUint16(i * 2, label, true);
  });
  return new Uint8Array(bytes.buffer);
}

/** A description with the checksums of both splits. */
export async function describeSplits(train: Dataset, test: Dataset): Promise<DatasetInfo> {
  return { ...train.info, splits: { train: await describeSplit(train), test: await describeSplit(test) } };
}

/** Whether two splits are known to have the same images and labels. */
export function sameSplit(a: SplitInfo | undefined, b: SplitInfo | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.imagesSha256 === b.imagesSha256 &&
    a.labelsSha256 === b.labelsSha256
  );
}

/** Whether two data sets are known to have the same images and labels in both splits. */
export function sameImages(a: DatasetInfo, b: DatasetInfo): boolean {
  return sameSplit(a.splits.train, b.splits.train) && sameSplit(a.splits.test, b.splits.test);
}

/** Words that tell two data sets apart whose images differ (`sameImages`). */
export function unlikeText(a: DatasetInfo, b: DatasetInfo): string {
  const [first, second] = [a, b].map(
    ({ name, shape, classNames, splits: { train, test } }) =>
      `${name}: ${count(train?.length ?? 0)} training and ${count(test?.length ?? 0)} test images of ${describeShape(shape)} in ${plural(classNames.length, 'class', 'classes')}`,
  );
  return first === second ? `${first}, but not the same images` : `${first}; ${second}`;
}
