/** Sets of arrays: four IDX files, four NPZ or NPY files, or one NPZ file with images and labels in it. */

import { CoutureError } from '../../core/errors.ts';
import { gunzip } from '../gunzip.ts';
import { parseIdx } from '../idx.ts';
import { arrayLabels } from './array-labels.ts';
import { arrayPictures, type Layout, layoutOf, levelsOf } from './array-pictures.ts';
import { type ArrayRole, arrayRoleOf } from './array-roles.ts';
import { type FileEntry, openEntry } from './entries.ts';
import type { FoundData } from './found.ts';
import { parseNpy, type TextArray } from './npy.ts';
import type { NumberArray } from './numbers.ts';
import { assignSplits, type NamedSplits } from './splits.ts';
import { limits, type ReaderTools } from './tools.ts';
import { zipEntries } from './zip.ts';

/** An array that has not been read yet. */
interface NamedArray {
  /** Its name in errors. */
  readonly name: string;
  readonly role: ArrayRole | undefined;
  load(): Promise<NumberArray | TextArray>;
}

const splitNames = ['train', 'validation', 'test', 'all'] as const;

const isIdxName = (path: string): boolean => /(idx\d?([-_.]|$)|ubyte)/i.test(path.replace(/\.gz$/i, ''));

/** Whether the name of a file is that of an array: NPZ, NPY or IDX, the last also as .gz. */
export function hasArrayName(path: string): boolean {
  return /\.np[yz]$/i.test(path) || isIdxName(path.slice(path.lastIndexOf('/') + 1));
}

/**
 * The data set of several array files.
 * @param files files with names of arrays
 * @param name name of the folder or file in errors
 * @throws CoutureError of kind `data` when images or labels of a split are missing, files of several sets lie
 *   together, or an array cannot be read
 */
export async function readArraySet(
  files: readonly FileEntry[],
  name: string,
  tools: ReaderTools,
): Promise<Omit<FoundData, 'format' | 'passedOver'>> {
  const arrays = (await Promise.all(files.map((file) => arraysOf(file, tools)))).flat();
  const roles = rolesOf(arrays, name);
  const loaded = new Map<NamedArray, NumberArray | TextArray>();
  for (const array of roles.values()) loaded.set(array, await array.load());
  const images = [...roles]
    .filter(([role]) => role.endsWith('images'))
    .map(([, array]) => numeric(loaded.get(array)!));
  const layouts = new Map(images.map((array) => [array, layoutOf(array)]));
  checkAlike([...layouts]);
  const { levels, notices } = levelsOf(images);
  const splits: NamedSplits = {};
  for (const split of ['train', 'validation', 'test', 'all'] as const) {
    const pixels = roles.get(`${split} images`);
    const labels = roles.get(`${split} labels`);
    if (pixels === undefined && labels === undefined) continue;
    if (pixels === undefined || labels === undefined)
      throw incomplete(name, arrays, split, pixels === undefined);
    const array = numeric(loaded.get(pixels)!);
    const layout = layouts.get(array)!;
    splits[split] = arrayPictures(array, arrayLabels(loaded.get(labels)!, layout.length), layout, levels);
  }
  const assigned = assignSplits(splits, name);
  const layoutNotices = new Set([...layouts.values()].flatMap((layout) => layout.notices));
  return {
    train: assigned.train,
    test: assigned.test,
    containers: files.map((file) => ({ path: file.path, open: () => openEntry(file) })),
    notices: [...layoutNotices, ...notices, ...assigned.notices],
  };
}

/** The arrays of one file: all those of an NPZ file, or the one of another. */
async function arraysOf(file: FileEntry, tools: ReaderTools): Promise<NamedArray[]> {
  const { path } = file;
  if (/\.npz$/i.test(path)) {
    const inner = await zipEntries(await openEntry(file), tools);
    const arrays = inner.filter((entry) => entry.path.endsWith('.npy'));
    return arrays.map((entry) => {
      const name = `${path}: ${entry.path.slice(0, -'.npy'.length)}`;
      const load = async () => parseNpy(await readHeld(entry, name), name);
      // The only array of a file is called arr_0, so the file name gives its role.
      const role =
        arrays.length === 1 ? (arrayRoleOf(entry.path) ?? arrayRoleOf(path)) : arrayRoleOf(entry.path);
      return { name, role, load };
    });
  }
  const load = /\.npy$/i.test(path)
    ? async () => parseNpy(await readHeld(file, path), path)
    : async () => await readIdx(file, tools);
  return [{ name: path, role: arrayRoleOf(path), load }];
}

async function readIdx(file: FileEntry, { signal }: ReaderTools): Promise<NumberArray> {
  const raw = await readHeld(file, file.path);
  const isPacked = /\.gz$/i.test(file.path);
  const bytes = isPacked ? await gunzip(raw, { name: file.path, limit: limits.file, signal }) : raw;
  const { dims, type, data } = parseIdx(bytes, { name: file.path, anyType: true, limit: limits.file });
  return { name: file.path, dims, type, littleEndian: false, fortran: false, bytes: data };
}

async function readHeld(file: FileEntry, name: string): Promise<Uint8Array> {
  if (file.size > limits.file)
    throw new CoutureError(
      'data',
      `${name}: the file has ${file.size} bytes, over the limit of ${limits.file}.`,
    );
  return await file.read();
}

/** Each array by `train images` and the like. */
function rolesOf(arrays: readonly NamedArray[], name: string): Map<string, NamedArray> {
  const named = arrays.filter(({ role }) => role !== undefined);
  if (named.length === 0 && arrays.length === 2) {
    // numpy.savez(file, images, labels) calls them arr_0 and arr_1.
    const [first, second] = [...arrays].sort((a, b) => (a.name < b.name ? -1 : 1));
    if (/arr_0$/.test(first.name) && /arr_1$/.test(second.name))
      return new Map([
        ['all images', first],
        ['all labels', second],
      ]);
  }
  const sets = new Set(named.map(({ role }) => role?.rest));
  if (sets.size > 1) {
    throw new CoutureError(
      'data',
      `${name}: the folder holds files of several sets: ${[...sets].map((set) => set || 'an unnamed one').join(', ')}.`,
      { hint: 'Move the files of one set into a folder of their own.' },
    );
  }
  const roles = new Map<string, NamedArray>();
  for (const array of named) {
    const key = `${array.role?.split} ${array.role?.kind}`;
    const other = roles.get(key);
    if (other)
      throw new CoutureError('data', `${name}: both ${other.name} and ${array.name} hold the ${key}.`);
    roles.set(key, array);
  }
  if (roles.size === 0) throw incomplete(name, arrays, 'all', true);
  for (const split of splitNames) {
    const hasImages = roles.has(`${split} images`);
    if (hasImages !== roles.has(`${split} labels`)) throw incomplete(name, arrays, split, !hasImages);
  }
  return roles;
}

function numeric(array: NumberArray | TextArray): NumberArray {
  if (array.type !== 'text') return array;
  throw new CoutureError('data', `${array.name}: the array holds text, but pixels were expected.`);
}

function checkAlike(layouts: readonly (readonly [NumberArray, Layout])[]): void {
  const [[first, a]] = layouts;
  for (const [other, b] of layouts) {
    if (a.height === b.height && a.width === b.width && a.channels === b.channels) continue;
    throw new CoutureError(
      'data',
      `${other.name}: the images are ${b.height}x${b.width}x${b.channels}, but those of ${first.name} are ${a.height}x${a.width}x${a.channels}.`,
    );
  }
}

function incomplete(
  name: string,
  arrays: readonly NamedArray[],
  split: string,
  lacksImages: boolean,
): CoutureError {
  const what = `${split === 'all' ? '' : `${split} `}${lacksImages ? 'images' : 'labels'}`;
  const found = arrays.slice(0, 8).map((array) => array.name);
  return new CoutureError(
    'data',
    `${name}: no ${what} were found. It holds ${found.join(', ') || 'no array'}.`,
    {
      hint:
        'Arrays are recognized by name: x_train, y_train, x_test, y_test, or images, labels. Files are recognized by names like ' +
        'train-images-idx3-ubyte, train-labels-idx1-ubyte, k49-train-imgs.npz, k49-train-labels.npz.',
    },
  );
}
