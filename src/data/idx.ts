/**
 * The IDX format of the MNIST family: a header (two zero bytes, a type byte, the number of dimensions, each
 * dimension as a big-endian uint32) and then the values, big-endian as well. Every length is checked against
 * the file first, so that no header can waste memory.
 */

import { aString, bytes, checkArguments, record } from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { anInfo } from './argument-kinds.ts';
import { checkDataset, type Dataset, type SplitName } from './dataset.ts';
import type { DatasetInfo } from './dataset-info.ts';
import { describeShape } from './image-shape.ts';

/** The types of values by their byte in the header. */
const types = {
  8: { type: 'uint8', bytes: 1, title: 'unsigned bytes' },
  9: { type: 'int8', bytes: 1, title: 'signed bytes' },
  11: { type: 'int16', bytes: 2, title: '16-bit integers' },
  12: { type: 'int32', bytes: 4, title: '32-bit integers' },
  13: { type: 'float32', bytes: 4, title: '32-bit floats' },
  14: { type: 'float64', bytes: 8, title: '64-bit floats' },
} as const;
type IdxTypeInfo = (typeof types)[keyof typeof types];
/** The type of the values of a file. */
export type IdxType = IdxTypeInfo['type'];

/** A parsed file: `data` is a view into the bytes given, `dims[0] * dims[1] * …` values long, big-endian. */
export interface Idx {
  readonly dims: readonly number[];
  readonly type: IdxType;
  readonly data: Uint8Array;
}

/** What the caller expects of a file. */
export interface IdxOptions {
  /** Name of the file in errors: a path or a name. */
  readonly name: string;
  /** The exact number of dimensions expected: 3 for images, 1 for labels. Any up to 8 when absent. */
  readonly ndims?: number;
  /** Whether values of any type are accepted. Default: unsigned bytes only. */
  readonly anyType?: boolean;
  /** The most values that are accepted. Default 2^31 - 1. */
  readonly limit?: number;
}

function refuse(
  message: string,
  hint = 'The file is damaged or is not an IDX file; get it again from its source.',
): never {
  throw new CoutureError('data', message, { hint });
}

function readMagic(
  bytes: Uint8Array,
  { name, ndims, anyType = false }: IdxOptions,
): { count: number; type: IdxTypeInfo } {
  if (bytes.length < 4) {
    refuse(
      `${name}: the file has ${bytes.length} bytes, but the header of an IDX file alone has at least 8.`,
    );
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    refuse(
      `${name}: the file is compressed by gzip, but an unpacked IDX file was expected.`,
      'Unpack it first (gunzip).',
    );
  }
  if (bytes[0] !== 0 || bytes[1] !== 0) {
    const found = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    refuse(`${name}: the file begins with ${found}, but an IDX file of unsigned bytes begins with 00 00 08.`);
  }
  const known = Object.entries(types).find(([code]) => Number(code) === bytes[2])?.[1];
  if (known === undefined || (!anyType && known.type !== 'uint8')) {
    const found = known?.title ?? `the unknown type 0x${bytes[2].toString(16).padStart(2, '0')}`;
    refuse(
      `${name}: byte 2 of the header says ${found}, but unsigned bytes (0x08) were expected.`,
      'Images and labels must be stored as unsigned bytes.',
    );
  }
  const count = bytes[3];
  if (ndims !== undefined && count !== ndims) {
    const swapped = ndims === 3 && count === 1 ? ' This looks like a label file.' : '';
    const swappedBack = ndims === 1 && count === 3 ? ' This looks like an image file.' : '';
    refuse(
      `${name}: byte 3 of the header says ${count} dimensions, but ${ndims} were expected.${swapped}${swappedBack}`,
      'Images have 3 dimensions (count, height, width) and labels have 1: check that the files are not swapped.',
    );
  }
  if (count < 1 || count > 8)
    refuse(`${name}: byte 3 of the header says ${count} dimensions, but 1 to 8 were expected.`);
  return { count, type: known };
}

/**
 * Reads an unpacked IDX file, of unsigned bytes unless `anyType` allows others.
 * @param bytes the whole file; `data` of the result is a view into it
 * @throws CoutureError of kind `data` for a wrong magic, type or number of dimensions, and for any length
 * other than that of the header
 */
export function parseIdx(bytes: Uint8Array, options: IdxOptions): Idx {
  const { name, limit = 2 ** 31 - 1 } = options;
  const { count, type } = readMagic(bytes, options);
  const header = 4 + 4 * count;
  if (bytes.length < header) {
    refuse(
      `${name}: the file ends inside its header, at byte ${bytes.length} of ${header}.`,
      'The file is truncated; get it again from its source.',
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dims: number[] = [];
  // Eight factors below 2^32 stay below 2^256: a double holds the product without overflow, and any loss of
  // precision happens far above the limit that is checked next.
  let values = 1;
  for (let d = 0; d < count; d++) {
    dims.push(view.getUint32(4 + 4 * d));
    values *= dims[d];
  }
  const shape = dims.join(' x ');
  if (values > limit) {
    refuse(`${name}: the header declares ${shape} values, more than the limit of ${limit}.`);
  }
  const held = (bytes.length - header) / type.bytes;
  if (held !== values) {
    const how = held < values ? 'The file is truncated' : 'The file has bytes after its end';
    refuse(
      `${name}: the header declares ${shape} = ${values} values, but the file holds ${held}.`,
      `${how}; get it again from its source.`,
    );
  }
  return { dims, type: type.type, data: bytes.subarray(header) };
}

/** The two unpacked files of one split, and how to read them. */
export interface DatasetFromIdxOptions {
  /** What the set is; the files have to hold images of its shape. */
  readonly info: DatasetInfo;
  readonly split: SplitName;
  /** The unpacked image file: count x height x width. */
  readonly images: Uint8Array;
  /** The unpacked label file: count. */
  readonly labels: Uint8Array;
  /** What the first class is called in the label file; EMNIST letters count from 1. Default 0. */
  readonly labelOffset?: number;
  /** Whether every image is stored column by column, as in EMNIST; they are turned upright. Default false. */
  readonly transposed?: boolean;
  /** What errors call the two files. */
  readonly imagesName?: string;
  readonly labelsName?: string;
}

/**
 * A data set from an image file and a label file. The images are a view into the file, not a copy, unless they must
 * be turned (`transposed`).
 * @throws CoutureError of kind `usage` for other arguments, `data` when a file is malformed or the two do not fit each
 *   other
 */
export function datasetFromIdx(options: DatasetFromIdxOptions): Dataset {
  checkArguments('datasetFromIdx', {
    options: [options, record({ info: anInfo, split: aString, images: bytes, labels: bytes })],
  });
  const { info, split, labelOffset = 0, transposed = false } = options;
  const { name } = info;
  const imagesName = options.imagesName ?? `${name} (${split} images)`;
  const labelsName = options.labelsName ?? `${name} (${split} labels)`;
  const images = parseIdx(options.images, { name: imagesName, ndims: 3 });
  const labels = parseIdx(options.labels, { name: labelsName, ndims: 1 });
  const [length, height, width] = images.dims;
  if (images.data.length === 0) {
    refuse(
      `${imagesName}: ${length} images of ${height}x${width} hold no pixels, but at least one image was expected.`,
    );
  }
  if (labels.data.length !== length) {
    refuse(
      `${labelsName}: there are ${labels.data.length} labels for the ${length} images of ${imagesName}.`,
      'Images and labels must come from the same pair of files.',
    );
  }
  const shape = transposed ? { height: width, width: height } : { height, width };
  if (shape.height !== info.shape.height || shape.width !== info.shape.width || info.shape.channels !== 1) {
    refuse(
      `${imagesName}: the images are ${shape.height}x${shape.width}, but those of ${name} are ${describeShape(info.shape)}.`,
    );
  }
  return checkDataset({
    info,
    split,
    images: transposed ? transposeImages(images.data, height, width) : images.data,
    labels: countFromZero(labels.data, labelOffset, labelsName),
    length,
  });
}

/** Turns images of `height` rows of `width` pixels into `width` rows of `height`, one by one, into new memory. */
function transposeImages(images: Uint8Array, height: number, width: number): Uint8Array {
  const size = height * width;
  const turned = new Uint8Array(images.length);
  for (let start = 0; start < images.length; start += size) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) turned[start + x * height + y] = images[start + y * width + x];
    }
  }
  return turned;
}

function countFromZero(labels: Uint8Array, offset: number, name: string): Uint16Array {
  const low = labels.findIndex((label) => label < offset);
  if (low >= 0) refuse(`${name}: label ${labels[low]} of image ${low} is below ${offset}, the first class.`);
  return Uint16Array.from(labels, (label) => label - offset);
}
