/** Rows of a label and the pixels of an image, as Kaggle publishes MNIST and Fashion-MNIST. */

import { CoutureError } from '../../core/errors.ts';
import { inQuotes, printable } from '../../core/printable.ts';
import type { PixelColumns } from './csv-columns.ts';
import type { CsvContent } from './csv-content.ts';
import type { CsvRow } from './csv-rows.ts';
import type { LabeledPictures } from './found.ts';
import { limits } from './tools.ts';

/** Images that are kept in one piece of memory: growing one array would copy it again and again. */
const PER_BLOCK = 1024;

/**
 * Reads the rows.
 * @param first the first row, which is a header where the columns have names
 * @throws CoutureError of kind `data` naming line and column of what is no pixel and no label
 */
export async function readPixels(
  first: CsvRow,
  rows: AsyncIterable<CsvRow>,
  columns: PixelColumns,
  name: string,
): Promise<CsvContent> {
  const size = columns.pixels.length;
  const blocks: Uint8Array[] = [];
  const labels: string[] = [];
  let most = 0;
  const take = (row: CsvRow): void => {
    const within = labels.length % PER_BLOCK;
    if (within === 0) {
      if (blocks.length * PER_BLOCK * size > limits.file)
        throw new CoutureError(
          'data',
          `${name}, line ${row.line}: the images take more than ${limits.file} bytes, the limit.`,
        );
      blocks.push(new Uint8Array(PER_BLOCK * size));
    }
    most = Math.max(most, readRow(row, columns, name, blocks.at(-1)!.subarray(within * size)));
    labels.push(labelOf(row, columns.label, name));
  };
  if (columns.names === undefined) take(first);
  for await (const row of rows) take(row);
  if (labels.length === 0) throw new CoutureError('data', `${name}: the file has no rows below its header.`);
  const { side, channels } = columns;
  const isUnit = most <= 1;
  const kind = channels === 1 ? 'gray' : 'color';
  const notices = [`${name}: rows of ${size} pixels are read as ${kind} images of ${side}x${side}.`];
  if (isUnit) notices.push('The pixels are only 0 and 1; they are multiplied by 255.');
  const all: LabeledPictures = {
    length: labels.length,
    labelOf: (index) => labels[index],
    nameOf: (index) => `${name}, image ${index}`,
    read: async (index) => {
      const start = (index % PER_BLOCK) * size;
      const pixels = blocks[Math.floor(index / PER_BLOCK)].subarray(start, start + size);
      const data = isUnit ? pixels.map((value) => value * 255) : pixels;
      return { kind: 'pixels', data, height: side, width: side, channels };
    },
  };
  return { splits: { all }, passedOver: [], notices };
}

/** Writes the pixels of a row to `to`, and returns the greatest. */
function readRow(row: CsvRow, { pixels, names }: PixelColumns, name: string, to: Uint8Array): number {
  let most = 0;
  for (let i = 0; i < pixels.length; i++) {
    const value = row.whole(pixels[i]);
    if (value < 0 || value > 255) {
      const column = pixels[i];
      const title = names === undefined ? '' : ` (${printable(names[column].slice(0, 40))})`;
      throw new CoutureError(
        'data',
        `${name}, line ${row.line}, column ${column + 1}${title}: found ${inQuotes(row.text(column))}, but expected a whole number from 0 to 255.`,
        { hint: 'Scale the pixels to 0 to 255 and round them before you write the file.' },
      );
    }
    to[i] = value;
    if (value > most) most = value;
  }
  return most;
}

/** The class of a row; `3.0` is class 3. */
export function labelOf(row: CsvRow, column: number, name: string): string {
  const text = row.text(column);
  if (text === '')
    throw new CoutureError('data', `${name}, line ${row.line}, column ${column + 1}: the label is missing.`);
  return /^\d{1,15}\.0*$/.test(text) ? text.slice(0, text.indexOf('.')) : text.normalize('NFC');
}
