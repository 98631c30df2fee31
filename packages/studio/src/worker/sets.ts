/** Imported images, kept in the page's files, so that a run on them can be resumed after a reload. */

import { CoutureError, type Dataset } from '@couture/core';
import { checkDataset, checkDatasetInfo, type DatasetInfo } from 'couture/data';
import type { KeptSet, SplitName } from '../protocol.ts';
import { requireRoom } from './room.ts';
import { studioStore } from './store.ts';

const FOLDER = 'sets';
const MOST_INFO = 4_000_000;
const MOST_BYTES = 2 ** 31;
const splits = ['train', 'test'] as const;

/** What a set is known by; undefined for one that is not of imported files. */
export function digestOf({ origin }: DatasetInfo): string | undefined {
  return origin.kind === 'import' ? origin.digest : undefined;
}

/** The description of a kept set, and what its files must be. */
interface KeptInfo {
  readonly version: 1;
  readonly info: DatasetInfo;
  readonly lengths: Readonly<Record<SplitName, number>>;
  readonly sha256: Readonly<Record<string, string>>;
}

/** Keeps a set. The description is written last: without it the set is not there. */
export async function keepSet(sets: Readonly<Record<SplitName, Dataset>>): Promise<void> {
  const digest = digestOf(sets.train.info);
  if (digest === undefined) return;
  const store = await studioStore();
  const folder = store.paths.join(FOLDER, digest);
  // A set that has lost a file is written again.
  if ((await readSet(digest).catch(() => undefined)) !== undefined) return;
  const files = new Map<string, Uint8Array>();
  for (const split of splits) {
    const { images, labels } = sets[split];
    files.set(`${split}.images`, images);
    files.set(`${split}.labels`, bytesOf(labels));
  }
  const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  await requireRoom(bytes, `Keeping the images of ${sets.train.info.name}`);
  await store.makeFolder(folder);
  const sha256: Record<string, string> = {};
  for (const [name, content] of files) {
    sha256[name] = await sha256Of(content);
    await store.write(store.paths.join(folder, name), content);
  }
  const lengths = { train: sets.train.length, test: sets.test.length };
  const kept: KeptInfo = { version: 1, info: sets.train.info, lengths, sha256 };
  await store.write(store.paths.join(folder, 'info.json'), JSON.stringify(kept));
}

/** Labels as little-endian bytes, whatever the machine has. */
function bytesOf(labels: Uint16Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(labels.length * 2));
  labels.forEach((label, i) => {
    view.setUint16(2 * i, label, true);
  });
  return new Uint8Array(view.buffer);
}

function labelsOf(bytes: Uint8Array): Uint16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint16Array.from({ length: bytes.length >> 1 }, (_, i) => view.getUint16(2 * i, true));
}

/**
 * A kept set.
 * @returns undefined where it is not kept
 * @throws CoutureError of kind `data` when its files are damaged
 */
export async function readSet(digest: string): Promise<Record<SplitName, Dataset> | undefined> {
  const store = await studioStore();
  const kept = await readInfo(digest);
  if (kept === undefined) return undefined;
  const { info, sha256 } = kept;
  const read = async (name: string): Promise<Uint8Array> => {
    const bytes = await store.read(store.paths.join(FOLDER, digest, name), MOST_BYTES);
    if (bytes !== undefined && (await sha256Of(bytes)) === sha256[name]) return bytes;
    throw new CoutureError('data', `The kept images of ${info.name} are damaged: ${name}.`, {
      hint: 'Delete them in Runs, and import the images again.',
    });
  };
  const split = async (name: SplitName): Promise<Dataset> => {
    const [images, labels] = [await read(`${name}.images`), labelsOf(await read(`${name}.labels`))];
    return checkDataset({ info, split: name, images, labels, length: labels.length });
  };
  return { train: await split('train'), test: await split('test') };
}

async function readInfo(digest: string): Promise<KeptInfo | undefined> {
  if (!/^[0-9a-f]{64}$/.test(digest)) return undefined;
  const store = await studioStore();
  const path = store.paths.join(FOLDER, digest, 'info.json');
  const bytes = await store.read(path, MOST_INFO);
  if (bytes === undefined) return undefined;
  try {
    const value: KeptInfo = JSON.parse(new TextDecoder().decode(bytes));
    if (value.version !== 1) throw new Error('of another version');
    return { ...value, info: checkDatasetInfo(value.info, 'The description of kept images') };
  } catch (cause) {
    throw new CoutureError('data', 'The description of kept images is damaged.', { cause });
  }
}

/** Every kept set, by name. Damaged ones are there, so that they can be deleted. */
export async function listSets(): Promise<KeptSet[]> {
  return await inOrder(list);
}

async function list(): Promise<KeptSet[]> {
  const store = await studioStore();
  const sets: KeptSet[] = [];
  for (const digest of await store.list(FOLDER)) {
    const kept = await readInfo(digest).catch(() => undefined);
    const pixels = kept === undefined ? 0 : kept.info.shape.width * kept.info.shape.height;
    const images = kept === undefined ? 0 : kept.lengths.train + kept.lengths.test;
    sets.push({
      digest,
      name: kept?.info.name ?? 'damaged images',
      images,
      bytes: images * (pixels * (kept?.info.shape.channels ?? 1) + 2),
    });
  }
  return sets.sort((a, b) => a.name.localeCompare(b.name));
}

/** Deletes a kept set for good. */
export async function removeSet(digest: string): Promise<void> {
  await inOrder(async () => await removeFiles(digest));
}

/** Lists and removals, one after another: a set whose files are being removed is not listed as damaged. */
let last: Promise<unknown> = Promise.resolve();

async function inOrder<Result>(work: () => Promise<Result>): Promise<Result> {
  const own = last.then(work, work);
  last = own;
  return await own;
}

async function removeFiles(digest: string): Promise<void> {
  const store = await studioStore();
  if (!/^[0-9a-f]{64}$/.test(digest)) return;
  // The description first, so that a set with missing files is not listed.
  await store.remove(store.paths.join(FOLDER, digest, 'info.json'));
  await store.remove(store.paths.join(FOLDER, digest));
}

async function sha256Of(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
