/** Reads sets in CSV files: pixels in columns, or paths of image files, in one file or one for each split. */

import { CoutureError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { splitWord } from './array-roles.ts';
import { blocksOf } from './bytes.ts';
import { columnsOf, NoLabels } from './csv-columns.ts';
import type { CsvContent, FindFile } from './csv-content.ts';
import { readPaths } from './csv-paths.ts';
import { readPixels } from './csv-pixels.ts';
import { csvRows } from './csv-rows.ts';
import { type FileEntry, openEntry } from './entries.ts';
import type { FoundData, PassedOver } from './found.ts';
import { assignSplits, joinPictures, type NamedSplits } from './splits.ts';

/** Whether a file's name is that of a CSV file. */
export function hasCsvName(path: string): boolean {
  return /\.(csv|tsv)$/i.test(path);
}

/**
 * The data set of CSV files.
 * @param files one, or those of the splits by their names (`train.csv`, `fashion-mnist_test.csv`)
 * @param find looks for the image files of a list
 * @param name name of the folder or file in errors
 * @throws CoutureError of kind `data` naming file, line and column
 */
export async function readCsvSet(
  files: readonly FileEntry[],
  find: FindFile,
  name: string,
): Promise<Omit<FoundData, 'format'>> {
  const splits: NamedSplits = {};
  const passedOver: PassedOver[] = [];
  const notices: string[] = [];
  const containers: FileEntry[] = [];
  for (const [split, file] of filesBySplit(files, passedOver)) {
    try {
      const found = await readCsv(file, find);
      passedOver.push(...found.passedOver);
      notices.push(...found.notices);
      containers.push(file);
      for (const [of, pictures] of Object.entries(found.splits)) {
        const key = of === 'all' ? split : (of as keyof NamedSplits);
        const before = splits[key];
        splits[key] = before ? joinPictures(before, pictures) : pictures;
      }
    } catch (error) {
      // The test files of competitions have no labels.
      if (split !== 'test' || !(error instanceof NoLabels)) throw error;
      notices.push(`${printable(file.path)} has no labels and is skipped.`);
    }
  }
  const assigned = assignSplits(splits, name);
  return {
    ...assigned,
    containers: containers.map((file) => ({ path: file.path, open: () => openEntry(file) })),
    passedOver,
    notices: [...new Set(notices), ...assigned.notices],
  };
}

function filesBySplit(
  files: readonly FileEntry[],
  passedOver: PassedOver[],
): [keyof NamedSplits, FileEntry][] {
  if (files.length === 1) return [['all', files[0]]];
  const found: [keyof NamedSplits, FileEntry][] = [];
  for (const file of files) {
    const words = file.path.toLowerCase().split(/[^a-z0-9]+/);
    const split = words.map(splitWord).find((word) => word !== undefined);
    if (split === undefined)
      passedOver.push({ path: file.path, reason: 'its name does not say which split it is' });
    else found.push([split, file]);
  }
  return found;
}

async function readCsv(file: FileEntry, find: FindFile): Promise<CsvContent> {
  const name = printable(file.path);
  const source = await openEntry(file);
  const rows = csvRows(blocksOf(source), name);
  const { value: first, done } = await rows.next();
  if (done) throw new CoutureError('data', `${name}: the file has no rows.`);
  const fields = Array.from({ length: first.length }, (_, column) => first.text(column));
  const columns = columnsOf(fields, name);
  return columns.form === 'pixels'
    ? await readPixels(first, rows, columns, name)
    : await readPaths(first, rows, columns, { name, find });
}
