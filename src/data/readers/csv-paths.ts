/** Reads rows of a path and a label: image files below the folder of the list. */

import { CoutureError } from '../../core/errors.ts';
import { inQuotes } from '../../core/printable.ts';
import { splitWord } from './array-roles.ts';
import { readImage } from './class-folders.ts';
import type { PathColumns } from './csv-columns.ts';
import type { CsvContent, FindFile } from './csv-content.ts';
import { labelOf } from './csv-pixels.ts';
import type { CsvRow } from './csv-rows.ts';
import { cleanPath, type FileEntry, hasImageEnding, quotePath } from './entries.ts';
import type { LabeledPictures, PassedOver } from './found.ts';
import type { NamedSplits } from './splits.ts';
import { limits } from './tools.ts';

interface Listed {
  readonly entry: FileEntry;
  readonly label: string;
}

/** Endings to try for a path without one, as in lists of ids. */
const endings = ['.png', '.jpg', '.jpeg', '.webp'];

/**
 * Reads the rows and looks for the files.
 * @throws CoutureError of kind `data` naming line and column, for a path that leads outside the folder, and a
 * missing label or split
 */
export async function readPaths(
  first: CsvRow,
  rows: AsyncIterable<CsvRow>,
  columns: PathColumns,
  { name, find }: { readonly name: string; readonly find: FindFile },
): Promise<CsvContent> {
  const splits: Partial<Record<keyof NamedSplits, Listed[]>> = {};
  const passedOver: PassedOver[] = [];
  let count = 0;
  const take = async (row: CsvRow): Promise<void> => {
    count += 1;
    if (count > limits.entries)
      throw new CoutureError(
        'data',
        `${name}, line ${row.line}: there are more than ${limits.entries} rows.`,
      );
    // The row is only valid until the next one: all of it is read before the file is looked for.
    const path = cleanPath(row.text(columns.path), `${name}, line ${row.line}, column ${columns.path + 1}`);
    const label = labelOf(row, columns.label, name);
    const split = splitOf(row, columns.split, name);
    const entry = await lookFor(path, find);
    if (entry === undefined) {
      passedOver.push({ path, reason: `no such file (${name}, line ${row.line})` });
      return;
    }
    const list = splits[split];
    if (list) list.push({ entry, label });
    else splits[split] = [{ entry, label }];
  };
  if (!columns.hasHeader) await take(first);
  for await (const row of rows) await take(row);
  if (count > 0 && passedOver.length === count) {
    throw new CoutureError(
      'data',
      `${name}: none of the ${count} files exists; the first is ${quotePath(passedOver[0].path)}.`,
      { hint: 'Paths are relative to the folder of the CSV file. Change the paths, or move the file.' },
    );
  }
  const found: NamedSplits = {};
  for (const [split, list] of Object.entries(splits)) found[split as keyof NamedSplits] = picturesOf(list);
  return { splits: found, passedOver, notices: [] };
}

function splitOf(row: CsvRow, column: number | undefined, name: string): keyof NamedSplits {
  if (column === undefined) return 'all';
  const split = splitWord(row.text(column).toLowerCase());
  if (split !== undefined) return split;
  throw new CoutureError(
    'data',
    `${name}, line ${row.line}, column ${column + 1}: unknown split ${inQuotes(row.text(column))}.`,
    { hint: 'A split must be train, validation or test.' },
  );
}

async function lookFor(path: string, find: FindFile): Promise<FileEntry | undefined> {
  const found = await find(path);
  if (found !== undefined || hasImageEnding(path)) return found;
  for (const ending of endings) {
    const other = await find(path + ending);
    if (other !== undefined) return other;
  }
  return undefined;
}

function picturesOf(list: readonly Listed[]): LabeledPictures {
  return {
    length: list.length,
    labelOf: (index) => list[index].label,
    nameOf: (index) => list[index].entry.path,
    read: async (index) => ({ kind: 'file', bytes: await readImage(list[index].entry) }),
  };
}
