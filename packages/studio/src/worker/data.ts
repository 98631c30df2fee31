/** The data set at hand: Fashion-MNIST from beside the page, or files that a person chose. It never leaves the worker. */

import { CoutureError, type Dataset, datasetFromFiles } from '@couture/core';
import {
  type DatasetEntry,
  type DatasetInfo,
  datasetFromIdx,
  findDataset,
  imageAt,
  infoOf,
  type Role,
} from 'couture/data';
import type { Choice, KeptSet, SetImage, SetSummary, SplitName } from '../protocol.ts';
import { isSameSet } from '../same-set.ts';
import { fetchFile, type Part } from './fetch-file.ts';
import { say } from './say.ts';
import { digestOf, keepSet, readSet } from './sets.ts';
import { Turns } from './turns.ts';

/** Images of the training split that can be looked at before the rest has come. */
const SAMPLE = 5_000;

interface Held {
  readonly sets: Sets;
  readonly summary: SetSummary;
  /** Places of the images of a choice, by `split:label`. */
  readonly places: Map<string, Uint32Array>;
}

type Sets = Readonly<Record<SplitName, Dataset>>;

let held: Held | undefined;
/** A set that was asked for earlier than the one at hand does not replace it. */
const turns = new Turns();

/** @throws CoutureError of kind `usage` before a data set is there */
export function currentSet(): Held {
  if (held !== undefined) return held;
  throw new CoutureError('usage', 'There are no images yet.', {
    hint: 'Wait for the data set, or bring your own.',
  });
}

/** Both splits, once all of their images are there. */
export function wholeSet(): Sets {
  const { sets, summary } = currentSet();
  if (summary.complete) return sets;
  throw new CoutureError('usage', 'The training images are still loading.', {
    hint: 'Try again in a moment.',
  });
}

/** What is known of a set besides its images. */
type Facts = Pick<SetSummary, 'complete' | 'kept' | 'notes'>;

const whole: Facts = { complete: true, kept: true, notes: [] };

/** Makes a set the one at hand, unless a later one is. Answers with the set at hand. */
function hold(turn: number, sets: Sets, facts = whole): SetSummary {
  if (held !== undefined && !turns.isCurrent(turn)) return held.summary;
  turns.take(turn);
  const count = ({ labels, info }: Dataset): number[] => {
    const counts = info.classNames.map(() => 0);
    for (const label of labels) counts[label] += 1;
    return counts;
  };
  const counts = { train: count(sets.train), test: count(sets.test) };
  const summary = { info: sets.train.info, counts, ...facts };
  held = { sets, summary, places: new Map() };
  return summary;
}

/** Fashion-MNIST on its way: whoever asks for it meanwhile waits for the same files. */
let loading: Promise<Sets> | undefined;

/** Loads Fashion-MNIST, and says a sample of it before the end where no other set is at hand. */
async function loadFashion(turn: number): Promise<Sets> {
  loading ??= fetchFashion(fashion ?? '', (sample) => {
    if (held?.summary.complete === true || !turns.isCurrent(turn)) return;
    say({ type: 'set', set: hold(turn, sample, { ...whole, complete: false }) });
  }).finally(() => {
    loading = undefined;
  });
  return await loading;
}

/** Labels first, then test images, then training images, of which a sample comes before the end. */
async function fetchFashion(address: string, onSample: (sample: Sets) => void): Promise<Sets> {
  const entry = findDataset('fashion-mnist');
  if (entry === undefined) throw new Error('The registry has no fashion-mnist.');
  const get = async (role: Role, onPart?: (part: Part) => void) =>
    await fetchFile(new URL(`${address}fashion-mnist/${role}`), entry.files[role], onPart);
  const begun = earlyImages(entry);
  early = begun;
  const [trainLabels, testLabels, testImages] = await Promise.all([
    get('train-labels'),
    get('test-labels', begun.onLabels),
    before.then(async () => await get('test-images', begun.onImages)),
  ]).catch((error: unknown) => {
    begun.fail(error);
    throw error;
  });
  const test = split(entry, 'test', testImages, testLabels);
  const enough = imagesEnd(entry, SAMPLE);
  let shown = false;
  const trainImages = await get('train-images', ({ bytes, length }) => {
    if (shown || length < enough) return;
    shown = true;
    onSample({ train: sampleOf(entry, bytes, trainLabels), test });
  });
  return { train: split(entry, 'train', trainImages, trainLabels), test };
}

/** The first test image, before the data set is there: the page asks about it at once. */
interface Early {
  readonly info: DatasetInfo;
  readonly first: Promise<SetImage>;
  onLabels(part: Part): void;
  onImages(part: Part): void;
  fail(error: unknown): void;
}

let early: Early | undefined;

/** Takes the first image out of the parts of the files that come. */
function earlyImages(entry: DatasetEntry): Early {
  const { promise, resolve, reject } = Promise.withResolvers<SetImage>();
  // Where nobody asks for it, the failure of the files is told by themselves.
  promise.catch(() => {});
  const [labelAt, pixelsAt, end] = [8, 16, imagesEnd(entry, 1)];
  let label: number | undefined;
  let pixels: Uint8Array | undefined;
  const check = (): void => {
    if (label !== undefined && pixels !== undefined) resolve({ split: 'test', index: 0, label, pixels });
  };
  return {
    info: infoOf(entry),
    first: promise,
    onLabels({ bytes, length }) {
      if (label !== undefined || length <= labelAt) return;
      label = bytes[labelAt];
      check();
    },
    onImages({ bytes, length }) {
      if (pixels !== undefined || length < end) return;
      pixels = bytes.slice(pixelsAt, end);
      check();
    },
    fail: reject,
  };
}

/** The description of the data set at hand, or of the one that is on its way. */
export function currentInfo(): DatasetInfo {
  return held === undefined && early !== undefined ? early.info : currentSet().summary.info;
}

/** An image by its place; the first test image also while the data set is on its way. */
export async function imageSoon(split: SplitName, index: number): Promise<SetImage> {
  if (held === undefined && early !== undefined && split === 'test' && index === 0) return await early.first;
  return imageOf(split, index);
}

function split(entry: DatasetEntry, name: SplitName, images: Uint8Array, labels: Uint8Array): Dataset {
  return datasetFromIdx({ info: infoOf(entry), split: name, images, labels });
}

/** Bytes of an IDX file of images up to the end of the first `count`. */
function imagesEnd({ height, width }: DatasetEntry, count: number): number {
  return 16 + count * height * width;
}

/** The first images of a file of which the rest is still on its way. */
function sampleOf(entry: DatasetEntry, bytes: Uint8Array, labels: Uint8Array): Dataset {
  const images = bytes.slice(16, imagesEnd(entry, SAMPLE));
  const own = Uint16Array.from(labels.subarray(8, 8 + SAMPLE));
  return { info: infoOf(entry), split: 'train', images, labels: own, length: SAMPLE };
}

/** Where Fashion-MNIST is. */
let fashion: string | undefined;
/** What comes before its images: on a slow connection, the first answer would wait for a share of the bandwidth. */
let before: Promise<void> = Promise.resolve();
/** Milliseconds after which the images come in any case. */
const PATIENCE = 15_000;

/**
 * Loads Fashion-MNIST, and remembers where it is. Answers with the set at hand, which may be another one by then.
 * @param first what is loaded before the images
 */
export async function open(address: string, first: Promise<void>): Promise<SetSummary> {
  fashion = address;
  before = Promise.race([first, new Promise<void>((resolve) => setTimeout(resolve, PATIENCE))]);
  return await useSet(null);
}

/**
 * Both splits of the set that a run was trained on: the one at hand, one that is kept, or Fashion-MNIST.
 * @throws CoutureError of kind `data` when it is none of them
 */
export async function setsOf(info: DatasetInfo, turn = turns.next()): Promise<Sets> {
  if (held?.summary.complete === true && isSameSet(held.summary.info, info)) return held.sets;
  const digest = digestOf(info);
  if (digest !== undefined) return await keptSet(digest, info.name);
  if (fashion !== undefined && info.name === 'fashion-mnist') return await loadFashion(turn);
  throw notHere(info.name);
}

/** As `setsOf`, and the set becomes the one at hand. */
export async function setFor(info: DatasetInfo): Promise<Sets> {
  const turn = turns.next();
  const sets = await setsOf(info, turn);
  if (held?.sets !== sets) say({ type: 'set', set: hold(turn, sets) });
  return sets;
}

/** Takes a kept set, or Fashion-MNIST where there is none. Answers with the set at hand, as `open` does. */
export async function useSet(kept: Pick<KeptSet, 'digest' | 'name'> | null): Promise<SetSummary> {
  const turn = turns.next();
  const sets = kept === null ? await loadFashion(turn) : await keptSet(kept.digest, kept.name);
  return hold(turn, sets);
}

async function keptSet(digest: string, name: string): Promise<Sets> {
  const kept = await readSet(digest);
  if (kept === undefined) throw notHere(name);
  return kept;
}

function notHere(name: string): CoutureError {
  return new CoutureError('data', `The images ${name} are not in this browser.`, {
    hint: 'Import them again in Data, and then try again.',
  });
}

/** Reads a folder, an archive, a CSV or an NPZ file. What is at hand stays where that fails. */
export async function importFiles(files: readonly File[]): Promise<SetSummary> {
  const { train, test, report } = await datasetFromFiles(files.length === 1 ? files[0] : [...files], {
    onProgress: ({ stage, done, total }) => say({ type: 'importing', stage, done, total }),
  });
  const { passedOver, passedOverCount, notices } = report;
  const some = passedOver.slice(0, 3).map(({ path, reason }) => `${path} (${reason})`);
  const skipped = passedOverCount > 0 ? [`Skipped files: ${passedOverCount}. ${some.join('; ')}`] : [];
  // Whoever trains on them can go on after a reload.
  const problem = await keepSet({ train, test }).then(
    () => undefined,
    (error: unknown) => {
      if (!(error instanceof CoutureError)) throw error;
      return `These images are not kept for a reload. ${error.message}`;
    },
  );
  const notes = [...notices, ...skipped, ...(problem === undefined ? [] : [problem])];
  // A person waits for these images, so they count as asked for last.
  return hold(turns.next(), { train, test }, { complete: true, kept: problem === undefined, notes });
}

/** The places of the images of a choice in the file of their split. */
export function placesOf({ split, label }: Choice): Uint32Array {
  const { sets, places } = currentSet();
  const key = `${split}:${label}`;
  const known = places.get(key);
  if (known !== undefined) return known;
  const found: number[] = [];
  sets[split].labels.forEach((own, place) => {
    if (label === null || own === label) found.push(place);
  });
  const all = Uint32Array.from(found);
  places.set(key, all);
  return all;
}

/** One image by its place in the file of its split. */
export function imageOf(split: SplitName, index: number): SetImage {
  const set = currentSet().sets[split];
  if (index < 0 || index >= set.length)
    throw new CoutureError('usage', `There is no image ${index}: the ${split} split has ${set.length}.`);
  return { split, index, label: set.labels[index], pixels: imageAt(set, index).slice() };
}
