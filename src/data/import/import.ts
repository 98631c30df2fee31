/**
 * The import: makes a data set from found pictures. The result depends only on the content, and not on the
 * order on disk, the machine or the number of pictures in progress. Each picture is read once, after a look
 * at some of them, and only few are in memory.
 */

import { CoutureError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { DatasetInfo } from '../dataset-info.ts';
import { imageSize } from '../image-shape.ts';
import { centeredScaling } from '../preprocessing.ts';
import type { FoundData, PassedOver } from '../readers/found.ts';
import { limits } from '../readers/tools.ts';
import { AllPictures } from './all-pictures.ts';
import { contentDigest } from './content.ts';
import { decideShape } from './decide-shape.ts';
import { DEFAULT_TEST_SHARE, type ImportOptions, type ImportPlatform, stepsOf } from './options.ts';
import type { PixelStore } from './pixel-store.ts';
import { checkLabels, countClasses, labelAll, type PlannedSplit, splitAll } from './plan-splits.ts';
import { passOverCopies, problemsOf, readPictures } from './read-pictures.ts';
import { classNotices, type ImportReport, namedFiles } from './report.ts';

/** An imported set with its images in a store. */
export interface ImportPlan {
  /** Without the checksums of the splits. */
  readonly info: DatasetInfo;
  readonly report: ImportReport;
  readonly store: PixelStore;
  readonly train: PlannedSplit;
  readonly test: PlannedSplit;
}

/**
 * Imports a found set.
 * @param name name of the data set
 * @throws CoutureError of kind `data` when too little is left to train on, a test image is of a class that no training
 *   image has, or with `strict` any file would be skipped; of kind `usage` for options out of range; of kind
 *   `interrupted`
 */
export async function importPictures(
  found: FoundData,
  name: string,
  options: ImportOptions,
  platform: ImportPlatform,
): Promise<ImportPlan> {
  const share = checkShare(options.testShare ?? DEFAULT_TEST_SHARE);
  const all = new AllPictures(found);
  checkLabels(all);
  const { shape, notice } = await decideShape(found.train, options, platform);
  checkBytes(all.length, imageSize(shape));
  const steps = stepsOf(options);
  const pixels = options.like?.preprocessing.pixels ?? centeredScaling(shape.channels);
  const store = await platform.createStore(all.length, imageSize(shape));
  try {
    const read = await readPictures(all, { shape, steps, store, options, platform });
    const copies = passOverCopies(all, read);
    const passedOver = [...found.passedOver, ...problemsOf(all, read)];
    if (options.strict === true) refuseAny(passedOver, copies);
    const { classes, labels } = labelAll(all, read);
    const { train, test, notices } = splitAll(all, read, { labels, classes: classes.names.length, share });
    const counts = countClasses(classes, train, test);
    // Images for an existing model are only evaluated and never used for training.
    const training = options.like === undefined ? [...notices, ...classNotices(counts)] : [];
    const digest = await contentDigest(found, read.digests, { shape, steps, pixels, share }, platform);
    const info: DatasetInfo = {
      version: 1,
      name,
      shape,
      classNames: classes.names,
      preprocessing: { version: 1, picture: steps, pixels },
      origin: { kind: 'import', format: found.format, digest },
      splits: {},
    };
    const report: ImportReport = {
      version: 1,
      classes: counts,
      testWasDrawn: found.test === null,
      ...namedFiles(passedOver),
      notices: [...found.notices, notice, ...copies, ...training],
    };
    return { info, report, store, train, test };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function checkShare(share: number): number {
  if (share > 0 && share <= 0.5) return share;
  throw new CoutureError(
    'usage',
    `The share of the test split must be above 0 and at most 0.5, not ${share}.`,
  );
}

function checkBytes(images: number, size: number): void {
  if (images * size <= limits.pixels) return;
  throw new CoutureError(
    'data',
    `${images} images take ${images * size} bytes, over the limit of ${limits.pixels}.`,
    { hint: 'Import smaller images (--size) or gray images (--gray).' },
  );
}

function refuseAny(passedOver: readonly PassedOver[], copies: readonly string[]): void {
  if (passedOver.length === 0 && copies.length === 0) return;
  const lines = passedOver
    .slice(0, 10)
    .map(({ path, reason }) => `  ${printable(path)}: ${printable(reason)}`);
  const more = passedOver.length > 10 ? [`  and ${passedOver.length - 10} more`] : [];
  const counted = passedOver.length === 1 ? '1 file' : `${passedOver.length} files`;
  const first = passedOver.length === 0 ? [] : [`${counted} would be skipped:`, ...lines, ...more];
  throw new CoutureError('data', [...first, ...copies].join('\n'), {
    hint: 'Remove or repair these files, or import without --strict.',
  });
}
