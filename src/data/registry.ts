/**
 * The table of the data sets that are known by name: their contents, file names, checksums and sources. It
 * uses no disk and no network.
 *
 * Sums. fashion-mnist: SHA-256 of the unpacked files, checked against the files themselves. mnist and kmnist: the
 * MD5 of the publishers' .gz files as torchvision's documentation lists them
 * (docs.pytorch.org/vision/stable/_modules/torchvision/datasets/mnist.html); no file was available to check
 * them. emnist: the same page lists one MD5 for the archive of all sets and none for a file, so none is given
 * here.
 */

import { aNumber, anArray, aString, checkArguments, record } from '../core/arguments.ts';
import type { DatasetInfo } from './dataset-info.ts';
import { centeredScaling, objectSteps } from './preprocessing.ts';

/** The four files of a set. */
export const roles = ['train-images', 'train-labels', 'test-images', 'test-labels'] as const;
/** One of the four files of a set. */
export type Role = (typeof roles)[number];

/** One file, as it is published. */
export interface DataFile {
  /** File name without `.gz`; the first is the publisher's, the others are in use elsewhere. */
  readonly names: readonly [string, ...string[]];
  /** Length of the unpacked file in bytes. */
  readonly bytes: number;
  /** SHA-256 of the unpacked file, in hex; null where none is known. */
  readonly sha256: string | null;
  /**
   * MD5 of the publisher's .gz file, in hex; null where none is known. Packagers compress again, so another
   * sum does not prove a fault.
   */
  readonly gzipMd5: string | null;
}

/** A known data set. */
export interface DatasetEntry {
  readonly name: string;
  readonly title: string;
  readonly homepage: string;
  readonly classNames: readonly string[];
  readonly height: number;
  readonly width: number;
  /** Images in each split. */
  readonly counts: { readonly train: number; readonly test: number };
  readonly files: Readonly<Record<Role, DataFile>>;
  /** HTTPS addresses of folders that hold the .gz files, in the order in which they are tried. */
  readonly mirrors: readonly string[];
  /** Local folders in which systems place the files. */
  readonly folders: readonly string[];
  /** The Debian package that holds the files, and the folder inside it. */
  readonly debian: { readonly package: string; readonly folder: string } | null;
  /** The number of the first class in the label files. */
  readonly labelOffset: number;
  /** Whether the images are stored column by column; they are turned when loaded. */
  readonly transposed: boolean;
  /** Whether the sums above were checked against the files. */
  readonly checked: boolean;
  /** A notice for users, such as how to get files that cannot be downloaded; empty if none. */
  readonly note: string;
}

/** Which two files make a split. */
export function rolesOf(split: 'train' | 'test'): readonly [images: Role, labels: Role] {
  return split === 'train' ? ['train-images', 'train-labels'] : ['test-images', 'test-labels'];
}

/** The dimensions that the header of a file must state. */
export function dimsOf(entry: DatasetEntry, role: Role): readonly number[] {
  const count = role.startsWith('train') ? entry.counts.train : entry.counts.test;
  return role.endsWith('images') ? [count, entry.height, entry.width] : [count];
}

const digits = [...'0123456789'];
const upper = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const lower = [...'abcdefghijklmnopqrstuvwxyz'];
/** The lower-case letters that EMNIST keeps apart from their capitals in its merged sets. */
const distinctLower = [...'abdefghnqrt'];

interface Sums {
  readonly sha256?: Readonly<Record<Role, string>>;
  readonly gzipMd5?: Readonly<Record<Role, string>>;
}

/** Files of 28x28 images: IDX headers of 16 and 8 bytes, then a byte for each pixel and label. */
function idxFiles(
  counts: { readonly train: number; readonly test: number },
  names: (role: Role) => readonly [string, ...string[]],
  { sha256, gzipMd5 }: Sums = {},
): Record<Role, DataFile> {
  const file = (role: Role): DataFile => {
    const count = role.startsWith('train') ? counts.train : counts.test;
    return {
      names: names(role),
      bytes: role.endsWith('images') ? 16 + count * 28 * 28 : 8 + count,
      sha256: sha256?.[role] ?? null,
      gzipMd5: gzipMd5?.[role] ?? null,
    };
  };
  return {
    'train-images': file('train-images'),
    'train-labels': file('train-labels'),
    'test-images': file('test-images'),
    'test-labels': file('test-labels'),
  };
}

/** `train-images-idx3-ubyte`, and the spelling with a dot that some archives use. */
function mnistNames(role: Role): readonly [string, string] {
  const stem = role.replace('test', 't10k');
  const dims = role.endsWith('images') ? 3 : 1;
  return [`${stem}-idx${dims}-ubyte`, `${stem}.idx${dims}-ubyte`];
}

const square28 = { height: 28, width: 28 } as const;
const mnistCounts = { train: 60_000, test: 10_000 } as const;

const fashionMnist: DatasetEntry = {
  name: 'fashion-mnist',
  title: 'Fashion-MNIST: articles of clothing',
  homepage: 'https://github.com/zalandoresearch/fashion-mnist',
  classNames: [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ],
  ...square28,
  counts: mnistCounts,
  files: idxFiles(mnistCounts, mnistNames, {
    sha256: {
      'train-images': 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
      'train-labels': 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
      'test-images': '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
      'test-labels': '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
    },
    gzipMd5: {
      'train-images': '8d4fb7e6c68d591d4c3dfef9ec88bf0d',
      'train-labels': '25c81989df183df01b3e8a0aad5dffbe',
      'test-images': 'bef4ecab320f06d8554ea6380940ec79',
      'test-labels': 'bb300cfdad3c16e7a12a480ee83cd310',
    },
  }),
  mirrors: [
    'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
    'https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/',
    'https://storage.googleapis.com/tensorflow/tf-keras-datasets/',
  ],
  folders: ['/usr/share/datasets/fashion-mnist'],
  debian: { package: 'dataset-fashion-mnist', folder: 'usr/share/datasets/fashion-mnist' },
  labelOffset: 0,
  transposed: false,
  checked: true,
  note: '',
};

const mnist: DatasetEntry = {
  name: 'mnist',
  title: 'MNIST: handwritten digits',
  homepage: 'http://yann.lecun.com/exdb/mnist/',
  classNames: digits,
  ...square28,
  counts: mnistCounts,
  files: idxFiles(mnistCounts, mnistNames, {
    gzipMd5: {
      'train-images': 'f68b3c2dcbeaaa9fbdd348bbdeb94873',
      'train-labels': 'd53e105ee54ea40749a09fcbcd1e9432',
      'test-images': '9fb629c4189551a2d022fa330f9573f3',
      'test-labels': 'ec29112dd5afa0611ce80d1b7f02629c',
    },
  }),
  mirrors: [
    'https://ossci-datasets.s3.amazonaws.com/mnist/',
    'https://storage.googleapis.com/cvdf-datasets/mnist/',
  ],
  folders: ['/usr/share/datasets/mnist'],
  debian: null,
  labelOffset: 0,
  transposed: false,
  checked: false,
  note: '',
};

const kmnist: DatasetEntry = {
  ...mnist,
  name: 'kmnist',
  title: 'Kuzushiji-MNIST: cursive Japanese characters',
  homepage: 'https://codh.rois.ac.jp/kmnist/',
  classNames: ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo'],
  files: idxFiles(mnistCounts, mnistNames, {
    gzipMd5: {
      'train-images': 'bdb82020997e1d708af4cf47b453dcf7',
      'train-labels': 'e144d726b3acfaa3e44228e80efcd344',
      'test-images': '5c965bf0a639b31b8f53240b1b52f4d7',
      'test-labels': '7320c461ea6c1c855c0b718fb2a4b134',
    },
  }),
  mirrors: ['https://codh.rois.ac.jp/kmnist/dataset/kmnist/'],
  folders: ['/usr/share/datasets/kmnist'],
};

/** All EMNIST sets come in one archive, which is therefore unpacked by hand and given by `--from`. */
const emnistNote =
  'EMNIST is published as one archive with all its sets (https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip, MD5 ' +
  '58c8d27c78d21e728a6bc7b3cc06412e): unpack it and give its folder with --from. Its images are stored transposed ' +
  'and are turned when loaded. The publisher gives no checksums of the files.';

function emnist(
  set: string,
  title: string,
  classNames: readonly string[],
  counts: { readonly train: number; readonly test: number },
  labelOffset = 0,
): DatasetEntry {
  const names = (role: Role): readonly [string] => {
    return [`emnist-${set}-${role}-idx${role.endsWith('images') ? 3 : 1}-ubyte`];
  };
  return {
    name: `emnist-${set}`,
    title: `EMNIST ${title}`,
    homepage: 'https://www.nist.gov/itl/products-and-services/emnist-dataset',
    classNames,
    ...square28,
    counts,
    files: idxFiles(counts, names),
    mirrors: [],
    folders: ['/usr/share/datasets/emnist'],
    debian: null,
    labelOffset,
    transposed: true,
    checked: false,
    note: emnistNote,
  };
}

const mergedLetters = [...digits, ...upper, ...distinctLower];
/** In this set the two cases of a letter are one class. */
const bothCases = upper.map((letter, i) => `${letter}/${lower[i]}`);

/** Every known set, in the order in which lists show them. */
export const registry: readonly DatasetEntry[] = [
  fashionMnist,
  mnist,
  kmnist,
  emnist('balanced', 'balanced: digits and letters', mergedLetters, { train: 112_800, test: 18_800 }),
  emnist('letters', 'letters: both cases as one', bothCases, { train: 124_800, test: 20_800 }, 1),
  emnist('digits', 'digits', digits, { train: 240_000, test: 40_000 }),
  emnist('mnist', 'mnist: as many digits as MNIST', digits, mnistCounts),
  emnist('byclass', 'by class: digits and letters of both cases', [...digits, ...upper, ...lower], {
    train: 697_932,
    test: 116_323,
  }),
  emnist('bymerge', 'by merge: digits and letters', mergedLetters, { train: 697_932, test: 116_323 }),
];

/** The set of that name, or undefined. */
export function findDataset(name: string): DatasetEntry | undefined {
  return registry.find((entry) => entry.name === name);
}

/** The description of a known set; what its splits hold is known once they have been read. */
export function infoOf(entry: DatasetEntry): DatasetInfo {
  checkArguments('infoOf', {
    entry: [
      entry,
      record(
        { name: aString, classNames: anArray, height: aNumber, width: aNumber },
        'an entry of the registry',
      ),
    ],
  });
  const { name, height, width, classNames } = entry;
  return {
    version: 1,
    name,
    shape: { height, width, channels: 1 },
    classNames: [...classNames],
    preprocessing: { version: 1, picture: objectSteps, pixels: centeredScaling(1) },
    origin: { kind: 'registry', name },
    splits: {},
  };
}

/** The default data set. */
export const defaultDataset: DatasetInfo = infoOf(fashionMnist);
