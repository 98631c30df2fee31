/**
 * The import: from pictures as they were found to a data set. Nothing but the content decides: the order on disk, the
 * machine and the number of pictures in work at a time do not matter. Each picture is read once, after a look at some of
 * them, and no more than a few are held.
 */

import { CoutureError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { DatasetInfo } from '../dataset-info.ts';
import { type ImageShape, imageSize } from '../image-shape.ts';
import { centeredScaling, type PictureSteps } from '../preprocessing.ts';
import type { FoundData, LabeledPictures, PassedOver } from '../readers/found.ts';
import { limits } from '../readers/tools.ts';
import { type Classes, classesOf, classOf } from './classes.ts';
import { contentDigest } from './content.ts';
import { findCopies } from './copies.ts';
import { decideShape } from './decide-shape.ts';
import { DEFAULT_TEST_SHARE, type ImportOptions, type ImportPlatform, stepsOf } from './options.ts';
import { inParallel } from './parallel.ts';
import { hashInto, type PixelHashes } from './pixel-hash.ts';
import type { PixelStore } from './pixel-store.ts';
import { preparePicture } from './prepare-picture.ts';
import { classNotices, type ImportReport, listOf, namedFiles } from './report.ts';
import { drawTestSplit } from './test-split.ts';

/** Images of one split: their numbers in the store, and their classes. */
export interface PlannedSplit {
  readonly indices: Uint32Array;
  readonly labels: Uint16Array;
}

/** A set that has been read; its images lie in a store. */
export interface ImportPlan {
  /** Without the checksums of the splits. */
  readonly info: DatasetInfo;
  readonly report: ImportReport;
  readonly store: PixelStore;
  readonly train: PlannedSplit;
  readonly test: PlannedSplit;
}

/**
 * Reads a set that was found.
 * @param name what the set is to be called
 * @throws CoutureError of kind `data` when too little is left to train on, a test image is of a class that no training
 *   image has, or with `strict` anything would be passed over; of kind `usage` for options out of range; of kind
 *   `interrupted`
 */
export async function importPictures(
  found: FoundData,
  name: string,
  options: ImportOptions,
  platform: ImportPlatform,
): Promise<ImportPlan> {
  const share = checkShare(options.testShare ?? DEFAULT_TEST_SHARE);
  const { shape, notice } = await decideShape(found.train, options, platform);
  const all = new AllPictures(found);
  const bytes = all.length * imageSize(shape);
  if (bytes > limits.file) {
    throw new CoutureError(
      'data',
      `${all.length} images take ${bytes} bytes, over the limit of ${limits.file}.`,
      {
        hint: 'Ask for smaller images by --size.',
      },
    );
  }
  const store = await platform.createStore(all.length, imageSize(shape));
  try {
    const steps = stepsOf(options);
    const read = await readPictures(all, { shape, steps, store, options, platform });
    const copies = findCopies(all.length, (index) => fileAt(all, read, index));
    for (const [index, other] of copies.repeated) read.problems.set(index, `it is a copy of ${other}`);
    const passedOver = [...found.passedOver, ...problemsOf(all, read)];
    if (options.strict === true) refuseAny(passedOver, copies.notices);
    const { classes, labels } = labelAll(all, read);
    const split = splitAll(all, read, { labels, classes: classes.names.length, share });
    const classCounts = countClasses(classes, split);
    return {
      info: {
        version: 1,
        name,
        shape,
        classNames: classes.names,
        preprocessing: { version: 1, picture: steps, pixels: centeredScaling(shape.channels) },
        origin: {
          kind: 'import',
          format: found.format,
          digest: await contentDigest(found, read.digests, { shape, steps, share }, platform),
        },
        splits: {},
      },
      report: {
        version: 1,
        classes: classCounts,
        testWasDrawn: found.test === null,
        ...namedFiles(passedOver),
        notices: [
          ...found.notices,
          notice,
          ...split.notices,
          ...copies.notices,
          ...classNotices(classCounts),
        ],
      },
      store,
      train: split.train,
      test: split.test,
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function checkShare(share: number): number {
  if (share > 0 && share <= 0.5) return share;
  throw new CoutureError('usage', `The test split's share is a number above 0 up to 0.5, not ${share}.`);
}

/** The pictures of both splits under one numbering: training images first. */
class AllPictures {
  readonly length: number;
  readonly #train: LabeledPictures;
  readonly #test: LabeledPictures | null;

  constructor({ train, test }: FoundData) {
    this.#train = train;
    this.#test = test;
    this.length = train.length + (test?.length ?? 0);
  }

  get hasTest(): boolean {
    return this.#test !== null;
  }

  isTest(index: number): boolean {
    return index >= this.#train.length;
  }

  /** The list that holds a picture, and its place there. */
  at(index: number): { list: LabeledPictures; place: number } {
    const list = this.isTest(index) ? this.#test! : this.#train;
    return { list, place: this.isTest(index) ? index - this.#train.length : index };
  }

  labelOf(index: number): string {
    const { list, place } = this.at(index);
    return list.labelOf(place);
  }

  nameOf(index: number): string {
    const { list, place } = this.at(index);
    return list.nameOf(place);
  }
}

/** What is known of the pictures once they have been read. */
interface ReadPictures {
  readonly hashes: PixelHashes;
  /** Digests of image files; undefined for pixels. */
  readonly digests: (string | undefined)[];
  /** Why a picture is passed over, by its number. */
  readonly problems: Map<number, string>;
}

interface Reading {
  readonly shape: ImageShape;
  readonly steps: PictureSteps;
  readonly store: PixelStore;
  readonly options: ImportOptions;
  readonly platform: ImportPlatform;
}

async function readPictures(all: AllPictures, reading: Reading): Promise<ReadPictures> {
  const { shape, steps, store, options, platform } = reading;
  const read: ReadPictures = {
    hashes: { high: new Uint32Array(all.length), low: new Uint32Array(all.length) },
    digests: new Array<string | undefined>(all.length),
    problems: new Map(),
  };
  let done = 0;
  await inParallel(all.length, platform.parallel, options.signal, async (index) => {
    const { list, place } = all.at(index);
    const name = list.nameOf(place);
    try {
      const picture = await list.read(place);
      if (picture.kind === 'file') read.digests[index] = await platform.sha256(picture.bytes);
      const pixels = await preparePicture(picture, shape, steps, { decode: platform.decode, name });
      hashInto(read.hashes, index, pixels);
      await store.write(index, pixels);
    } catch (error) {
      if (!(error instanceof CoutureError) || error.kind !== 'data') throw error;
      read.problems.set(index, reasonOf(error, name));
    }
    done += 1;
    options.onProgress?.({ stage: 'read', done, total: all.length });
  });
  return read;
}

/** What an error says, without the path that stands beside it anyway. */
function reasonOf({ message }: CoutureError, name: string): string {
  const at = message.indexOf(`${printable(name)}: `);
  const reason = at < 0 ? message : message.slice(at + printable(name).length + 2);
  return reason.replace(/\.$/, '');
}

function fileAt(all: AllPictures, { digests, problems }: ReadPictures, index: number) {
  const digest = digests[index];
  if (digest === undefined || problems.has(index)) return undefined;
  return { path: all.nameOf(index), digest, label: all.labelOf(index), isTest: all.isTest(index) };
}

function problemsOf(all: AllPictures, { problems }: ReadPictures): PassedOver[] {
  const sorted = [...problems].sort(([a], [b]) => a - b);
  return sorted.map(([index, reason]) => ({ path: all.nameOf(index), reason }));
}

function refuseAny(passedOver: readonly PassedOver[], copies: readonly string[]): void {
  if (passedOver.length === 0 && copies.length === 0) return;
  const lines = passedOver
    .slice(0, 10)
    .map(({ path, reason }) => `  ${printable(path)}: ${printable(reason)}`);
  const more = passedOver.length > 10 ? [`  and ${passedOver.length - 10} more`] : [];
  const counted = passedOver.length === 1 ? '1 file' : `${passedOver.length} files`;
  const first = passedOver.length === 0 ? [] : [`${counted} would be passed over:`, ...lines, ...more];
  throw new CoutureError('data', [...first, ...copies].join('\n'), {
    hint: 'Remove or repair them, or import without --strict.',
  });
}

/** The class of every picture that is kept. */
function labelAll(all: AllPictures, { problems }: ReadPictures): { classes: Classes; labels: Uint16Array } {
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

function splitAll(
  all: AllPictures,
  { problems, hashes }: ReadPictures,
  { labels, classes, share }: SplitRequest,
): { train: PlannedSplit; test: PlannedSplit; notices: string[] } {
  const kept = Uint32Array.from({ length: all.length }, (_, index) => index).filter(
    (index) => !problems.has(index),
  );
  const pick = (from: Uint32Array): Uint32Array => kept.map((index) => from[index]);
  const keptLabels = Uint16Array.from(kept, (index) => labels[index]);
  const isTest = all.hasTest
    ? Uint8Array.from(kept, (index) => Number(all.isTest(index)))
    : drawTestSplit(keptLabels, { high: pick(hashes.high), low: pick(hashes.low) }, classes, share);
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
        hint: 'Each class needs at least two images that are not the same, one of them for the test split.',
      },
    );
  const notices = all.hasTest
    ? []
    : [
        `There is no test split: ${test.labels.length} of ${kept.length} images are taken for it, ${(share * 100).toFixed(1)}% of each class, once and for all runs. Copies stay together.`,
      ];
  return { train, test, notices };
}

function countClasses({ names }: Classes, { train, test }: { train: PlannedSplit; test: PlannedSplit }) {
  const counts = names.map((name) => ({ name, train: 0, test: 0 }));
  for (const label of train.labels) counts[label].train += 1;
  for (const label of test.labels) counts[label].test += 1;
  return counts;
}
