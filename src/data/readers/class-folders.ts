/**
 * Reads a folder for each class, with its images in it and below: one tree, or one for each split. The names
 * of the folders are the class names.
 */

import { CoutureError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { splitWord } from './array-roles.ts';
import { commonFolder, type FileEntry, hasImageEnding } from './entries.ts';
import type { FoundData, LabeledPictures, PassedOver } from './found.ts';
import { compareNatural } from './order.ts';
import { assignSplits, type NamedSplits } from './splits.ts';
import { limits } from './tools.ts';

type SplitName = keyof NamedSplits;

/** What is to be known of a folder's name where splits lie: `train`, `Validation`, `dev`, `testing` and the like. */
function splitOfFolder(name: string): 'train' | 'validation' | 'test' | undefined {
  const word = splitWord(name.toLowerCase());
  return word === 'all' || name.length < 3 ? undefined : word;
}

/** An image with its split and class from its path. */
interface Placed {
  readonly entry: FileEntry;
  readonly className: string;
}

/**
 * Finds the classes of a tree of files.
 * @param entries its files, without hidden ones, in any order
 * @param name name of the folder in errors
 * @throws CoutureError of kind `data`, with the expected tree, when there are fewer than two classes
 */
export function readClassFolders(entries: readonly FileEntry[], name: string): Omit<FoundData, 'format'> {
  const sorted = [...entries].sort((a, b) => compareNatural(a.path, b.path));
  const images = sorted.filter(({ path }) => hasImageEnding(path));
  const root = commonFolder(
    images.map(({ path }) => path),
    (folder) => splitOfFolder(folder) !== undefined,
  );
  // Files beside the folders are a README and its like; those in them should be images.
  const passedOver: PassedOver[] = sorted
    .filter(({ path }) => !hasImageEnding(path) && path.startsWith(root) && depth(path, root) > 1)
    .map(({ path }) => ({ path, reason: 'it is not an image file' }));
  const tree = new Map<string, FileEntry[]>();
  for (const image of images) {
    const path = image.path.slice(root.length);
    const folder = path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
    const list = tree.get(folder);
    if (list) list.push(image);
    else tree.set(folder, [image]);
  }
  for (const { path } of tree.get('') ?? []) passedOver.push({ path, reason: 'it is in no class folder' });
  tree.delete('');
  const { splits, notices } = hasSplits(tree, root)
    ? splitTrees(tree, root, passedOver)
    : { splits: { all: placeImages([...tree.values()].flat(), root, passedOver) }, notices: [] };
  const classes = new Set(Object.values(splits).flatMap((list) => list.map(({ className }) => className)));
  if (classes.size < 2) throw wrongTree(name, [...classes], entries, tree);
  const named: NamedSplits = {};
  for (const [split, list] of Object.entries(splits)) named[split as SplitName] = picturesOf(list);
  const assigned = assignSplits(named, name);
  return { ...assigned, containers: [], passedOver, notices: [...notices, ...assigned.notices] };
}

/** Folders called train and test hold splits when classes lie in one of them; else they are classes of that name. */
function hasSplits(tree: ReadonlyMap<string, readonly FileEntry[]>, root: string): boolean {
  for (const [folder, images] of tree) {
    const isSplit = splitOfFolder(folder) !== undefined;
    if (isSplit && images.some(({ path }) => depth(path, root) >= 3)) return true;
  }
  return false;
}

function depth(path: string, root: string): number {
  return path.slice(root.length).split('/').length;
}

function splitTrees(
  tree: ReadonlyMap<string, readonly FileEntry[]>,
  root: string,
  passedOver: PassedOver[],
): { splits: Partial<Record<SplitName, Placed[]>>; notices: string[] } {
  const splits: Partial<Record<SplitName, Placed[]>> = {};
  const notices: string[] = [];
  for (const [folder, images] of tree) {
    const split = splitOfFolder(folder);
    if (split === undefined) {
      for (const { path } of images)
        passedOver.push({ path, reason: 'it is outside the folders of the splits' });
      continue;
    }
    const placed = placeImages(images, `${root}${folder}/`, passedOver);
    if (placed.length === 0) {
      const count = images.length.toLocaleString('en-US');
      notices.push(
        `${printable(folder)}/ has ${count} images outside class folders. They have no labels and are skipped.`,
      );
      continue;
    }
    splits[split] = [...(splits[split] ?? []), ...placed];
  }
  return { splits, notices };
}

/** The class of an image is the first folder below `root`. */
function placeImages(images: readonly FileEntry[], root: string, passedOver: PassedOver[]): Placed[] {
  const placed: Placed[] = [];
  for (const entry of images) {
    const path = entry.path.slice(root.length);
    const end = path.indexOf('/');
    // Systems differ in how they compose accents; a class is the same class on all of them.
    if (end > 0) placed.push({ entry, className: path.slice(0, end).normalize('NFC') });
    else passedOver.push({ path: entry.path, reason: 'it is in no class folder' });
  }
  return placed;
}

function picturesOf(placed: readonly Placed[]): LabeledPictures {
  return {
    length: placed.length,
    labelOf: (index) => placed[index].className,
    nameOf: (index) => placed[index].entry.path,
    read: async (index) => ({ kind: 'file', bytes: await readImage(placed[index].entry) }),
  };
}

/**
 * The bytes of an image file.
 * @throws CoutureError of kind `data` when there are too many
 */
export async function readImage(entry: FileEntry): Promise<Uint8Array> {
  if (entry.size > limits.image) {
    throw new CoutureError(
      'data',
      `${printable(entry.path)}: it has ${entry.size} bytes, over the limit of ${limits.image}.`,
    );
  }
  return await entry.read();
}

/** The tree that is expected, for messages. */
export const expectedTree = [
  'photos/                       photos/',
  '  cat/  1.png  2.png  …         train/  cat/…  dog/…',
  '  dog/  1.png  2.png  …    or   test/   cat/…  dog/…',
].join('\n');

function wrongTree(
  name: string,
  classes: readonly string[],
  entries: readonly FileEntry[],
  tree: ReadonlyMap<string, readonly FileEntry[]>,
): CoutureError {
  const images = [...tree.values()].reduce((sum, list) => sum + list.length, 0);
  const found =
    classes.length === 1
      ? `one class folder, ${printable(classes[0])}, with ${images} images`
      : entries.some(({ path }) => hasImageEnding(path))
        ? 'images, but no class folders'
        : `no images among ${entries.length} files`;
  return new CoutureError('data', `${name}: found ${found}; expected at least two class folders.`, {
    hint: `Put the images of each class into a folder with the name of the class:\n${expectedTree}`,
  });
}
