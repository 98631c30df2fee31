/** The labels of an array, as names of classes. */

import { CoutureError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { TextArray } from './npy.ts';
import { type NumberArray, stridesOf, valueReader } from './numbers.ts';

/** QMNIST's label files have eight columns: the class, the writer and where the digit was found. */
const QMNIST_COLUMNS = 8;

/**
 * The class of each image.
 * @param length how many images there are
 * @returns for each image a whole number or text, as text
 * @throws CoutureError of kind `data` when there are not as many labels as images, or a label is negative, not whole
 *   or a row of several numbers
 */
export function arrayLabels(array: NumberArray | TextArray, length: number): string[] {
  const { name, dims } = array;
  const columns = dims.length === 1 ? 1 : dims[1];
  const isQmnist =
    array.type === 'int32' && !array.littleEndian && dims.length === 2 && columns === QMNIST_COLUMNS;
  if (dims.length < 1 || dims.length > 2 || (columns !== 1 && !isQmnist)) {
    throw new CoutureError(
      'data',
      `${name}: labels of shape ${dims.join(' x ')} were found, one number for each image was expected.`,
      { hint: 'Rows of zeros and a one become numbers by labels.argmax(axis=1).' },
    );
  }
  if (dims[0] !== length) {
    throw new CoutureError('data', `${name}: ${dims[0]} labels do not fit the ${length} images.`, {
      hint: 'Images and labels must come from the same set and split.',
    });
  }
  if (array.type === 'text') return array.values.map((value) => value);
  const valueAt = valueReader(array);
  const [step] = stridesOf(array);
  const labels = new Array<string>(length);
  for (let i = 0; i < length; i++) {
    const value = valueAt(i * step);
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new CoutureError(
        'data',
        `${name}: label ${printable(String(value))} of image ${i} was found, a whole number from 0 was expected.`,
        { hint: 'Check that the array of labels was given, and not that of images.' },
      );
    }
    labels[i] = String(value);
  }
  return labels;
}
