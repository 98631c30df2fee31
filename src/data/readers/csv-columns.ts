/** Interprets the columns of a CSV file of images, by their names or by the first row. */

import { CoutureError } from '../../core/errors.ts';
import { plural } from '../../core/format.ts';
import { printable } from '../../core/printable.ts';
import { squareOf } from './array-pictures.ts';
import { hasImageEnding } from './entries.ts';

/** A list of image files and their classes. */
export interface PathColumns {
  readonly form: 'paths';
  readonly path: number;
  readonly label: number;
  /** The column of the split; undefined if there is none. */
  readonly split: number | undefined;
  readonly hasHeader: boolean;
}

/** Kaggle's format: a label and a column for each pixel. */
export interface PixelColumns {
  readonly form: 'pixels';
  readonly label: number;
  /** The columns of the pixels, in order. */
  readonly pixels: readonly number[];
  readonly side: number;
  readonly channels: 1 | 3;
  readonly names: readonly string[] | undefined;
}

const labelNames = /^(label|labels|class|class_?name|class_?id|category|target|y|breed)$/i;
const pathNames =
  /^(path|file|file_?name|file_?path|image|image_?path|image_?file|image_?id|img|img_?path|id|name)$/i;
const splitNames = /^(split|set|subset|dataset|usage|partition)$/i;
const indexNames = /^(|id|index|unnamed: 0)$/i;
/** Names of columns of pixels, and their values where there is no header. */
const pixelNames = /^(p|px|pix|pixel)?[ _-]?\d+(\.0*)?$/i;
/** Fewer pixels than those of a 4x4 image are not an image. */
const LEAST_PIXELS = 16;

/** The file has no column of labels, which is normal for the test images of a competition. */
export class NoLabels extends CoutureError {}

/**
 * Reads the first row.
 * @param first its fields
 * @param name name of the file in errors
 * @throws CoutureError of kind `data` when the columns have neither form, or there are no labels
 */
export function columnsOf(first: readonly string[], name: string): PathColumns | PixelColumns {
  return first.length > LEAST_PIXELS ? pixelColumns(first, name) : pathColumns(first, name);
}

function pixelColumns(first: readonly string[], name: string): PixelColumns {
  const hasHeader = first.some((field, column) => column > 0 && !/^\d+(\.0*)?$/.test(field));
  const named = hasHeader ? first.findIndex((field) => labelNames.test(field)) : -1;
  const columns = first
    .map((_, column) => column)
    .filter((column) => !hasHeader || !indexNames.test(first[column]) || column === named);
  const label = named >= 0 ? named : columns[0];
  const pixels = columns.filter((column) => column !== label);
  const square = squareOf(pixels.length);
  if (square !== undefined)
    return { form: 'pixels', label, pixels, ...square, names: hasHeader ? first : undefined };
  const hint =
    'A row must hold the label and then the pixels of a square image: 784 for 28x28 in gray, 2,352 in color.';
  if (named < 0 && squareOf(columns.length) !== undefined) {
    const found = `${name}, line 1: found ${columns.length} columns of pixels, but no column of labels.`;
    throw new NoLabels('data', found, { hint });
  }
  const odd = `${name}, line 1: ${pixels.length} columns of pixels do not make a square image, gray or with 3 channels.`;
  throw new CoutureError('data', odd, { hint });
}

function pathColumns(first: readonly string[], name: string): PathColumns {
  const file = first.findIndex(hasImageEnding);
  if (file >= 0 && first.length === 2)
    return { form: 'paths', path: file, label: 1 - file, split: undefined, hasHeader: false };
  const path = first.findIndex((field) => pathNames.test(field));
  const label = first.findIndex((field) => labelNames.test(field));
  const split = first.findIndex((field) => splitNames.test(field));
  if (path >= 0 && label >= 0)
    return { form: 'paths', path, label, split: split < 0 ? undefined : split, hasHeader: true };
  // A header with a label, or a row of numbers that begins with the label.
  const begins = label >= 0 || /^\d+$/.test(first[0]) ? Math.max(label, 0) : undefined;
  const pixels = first.filter((field, column) => column !== begins && pixelNames.test(field));
  if (first.length > 2 && begins !== undefined && pixels.length === first.length - 1) {
    const few = `${name}, line 1: ${plural(pixels.length, 'column')} of pixels ${pixels.length === 1 ? 'is' : 'are'} too few for an image.`;
    throw new CoutureError('data', few, { hint: `The smallest image is 4x4: ${LEAST_PIXELS} pixels.` });
  }
  const found = printable(first.join(', ').slice(0, 100));
  throw new NoLabels('data', `${name}, line 1: the columns "${found}" do not describe images.`, {
    hint: 'The columns must be path,label or label,pixel0,pixel1 and so on.',
  });
}
