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
 * @throws CoutureError of kind `data` when the number of labels differs, or a label is negative, not whole or
 * a row of several numbers
 */
export function arrayLabels(array: NumberArray | TextArray, length: number): string[] {
  const { name, dims } = array;
  const columns = dims.length === 1 ? 1 : dims[1];
  const isQmnist =
    array.type === 'int32' && !array.littleEndian && dims.length === 2 && columns === QMNIST_COLUMNS;
  if (dims.length < 1 || dims.length > 2 || (columns !== 1 && !isQmnist)) {
    throw new CoutureError(
      'data',
      `${name}: the labels have the shape ${dims.join(' x ')}, but one number for each image was expected.`,
      { hint: 'Turn one-hot rows into class numbers with labels.argmax(axis=1).' },
    );
  }
  if (dims[0] !== length) {
    throw new CoutureError('data', `${name}: there are ${dims[0]} labels for ${length} images.`, {
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
        `${name}: the label of image ${i} is ${printable(String(value))}, but a whole number from 0 up was expected.`,
        { hint: 'Check that this is the array of labels, not the array of images.' },
      );
    }
    labels[i] = String(value);
  }
  return labels;
}
