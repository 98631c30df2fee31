/** CSV files, of pixels and of paths, and a second reader of them that takes all of the text at once. */

import { isDeepStrictEqual } from 'node:util';
import { readCsvSet } from '../../../../src/data/readers/csv-set.ts';
import type { FileEntry } from '../../../../src/data/readers/entries.ts';
import type { FoundData } from '../../../../src/data/readers/found.ts';
import type { Draw } from '../draw.ts';
import { bytesReader, must, type Sample } from '../reader.ts';

/** Rows of a label and the rest: pixels, or a path. */
type Rows = readonly (readonly string[])[];

function quoted(field: string, draw: Draw, separator: string): string {
  const needs = field.includes('"') || field.includes(separator) || /[\r\n]/.test(field);
  return needs || draw.chance(0.1) ? `"${field.replaceAll('"', '""')}"` : field;
}

function encode(header: readonly string[] | undefined, rows: Rows, draw: Draw): Buffer {
  const separator = draw.pick([',', ',', ';', '\t']);
  const end = draw.pick(['\n', '\r\n']);
  const all = header === undefined ? rows : [header, ...rows];
  const lines = all.map((row) => row.map((field) => quoted(field, draw, separator)).join(separator));
  const mark = draw.chance(0.1) ? '\ufeff' : '';
  return Buffer.from(mark + lines.join(end) + (draw.chance(0.8) ? end : ''));
}

function makePixels(draw: Draw): Sample<Rows> {
  const side = draw.between(4, 7);
  const size = side * side * draw.pick([1, 1, 3]);
  const rows = draw.times(draw.between(1, 6), () => [
    draw.pick(['0', '1', '9', 'cat', 'ein "Wort"']),
    ...Array.from(draw.bytes(size), String),
  ]);
  // A value above 1, or all of them would be multiplied by 255.
  rows[0][1] = '200';
  // Without a header the labels are numbers, or the first row would be taken for one.
  const header = ['label', ...Array.from({ length: size }, (_, i) => `pixel${i}`)];
  return { bytes: encode(header, rows, draw), truth: rows };
}

function makePaths(draw: Draw): Sample<Rows> {
  const rows = draw.times(draw.between(1, 8), (i) => [
    // Spaces around a field are no part of it, unless it is quoted.
    `${draw.name()}x${i}/${draw.name().replaceAll('.', '')}x.png`.trim(),
    draw.pick(['cat', 'dog', '3', 'a, b', 'say "no"']),
  ]);
  return { bytes: encode(['path', 'label'], rows, draw), truth: rows };
}

/** A file that is there whatever its path is. */
const anyFile = async (path: string): Promise<FileEntry> => ({
  path,
  size: 0,
  read: async () => Buffer.alloc(0),
});

async function read(bytes: Uint8Array): Promise<Rows> {
  const entry: FileEntry = { path: 'list.csv', size: bytes.length, read: async () => bytes };
  const found: Omit<FoundData, 'format'> = await readCsvSet([entry], anyFile, 'file');
  const lists = [found.train, ...(found.test ? [found.test] : [])];
  const rows: string[][] = [];
  for (const list of lists)
    for (let i = 0; i < list.length; i++) {
      const picture = await list.read(i);
      const isPixels = picture.kind === 'pixels';
      rows.push([list.labelOf(i), ...(isPixels ? Array.from(picture.data, String) : [list.nameOf(i)])]);
    }
  return rows;
}

/** Fields of all rows by a machine of three states; undefined where it is no CSV by these rules. */
function fieldsOf(bytes: Uint8Array): string[][] | undefined {
  let text = Buffer.from(bytes).toString('utf8');
  if (text.startsWith('\ufeff')) text = text.slice(1);
  const first =
    /^(?:[^"\n]|"[^"]*")*/.exec(text.replace(/^[\r\n]+/, ''))?.[0].replaceAll(/"[^"]*"/g, '') ?? '';
  const separator = [',', ';', '\t'].reduce((best, mark) =>
    first.split(mark).length > first.split(best).length ? mark : best,
  );
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let inQuotes = false;
  const endRow = (): void => {
    row.push(field);
    if (row.length > 1 || row[0].replace(/\r$/, '') !== '') rows.push(row);
    [row, field] = [[], ''];
  };
  for (const letter of text) {
    if (letter === '"') inQuotes = !inQuotes;
    if (letter === separator && !inQuotes) {
      row.push(field);
      field = '';
    } else if (letter === '\n' && !inQuotes) endRow();
    else field += letter;
  }
  if (field !== '' || row.length > 0) endRow();
  return inQuotes ? undefined : rows.map((fields) => fields.map(plain));
}

function plain(field: string): string {
  const text = field.trim();
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
}

/** Labels as names of classes: `3.0` is 3. */
function nameOf(label: string): string {
  return /^\d{1,15}\.0*$/.test(label) ? label.slice(0, label.indexOf('.')) : label.normalize('NFC');
}

/** Whether all values were 0 or 1, which are multiplied by 255. */
const isUnit = (rows: Rows): boolean =>
  rows.every((row) => row.slice(1).every((value) => Number(value) <= 1));

function soundPixels(output: Rows, bytes: Uint8Array): void {
  const rows = fieldsOf(bytes);
  must(rows !== undefined, 'a quote is not closed');
  const hasHeader = rows[0].some((field, i) => i > 0 && !/^\d+(\.0*)?$/.test(field));
  const body = hasHeader ? rows.slice(1) : rows;
  must(output.length === body.length, `${output.length} images of ${body.length} rows`);
  // Which columns are pixels is the header's affair: the numbers of a row have to be among its fields, in their order.
  for (const [i, row] of output.entries()) {
    const scaled = isUnit(body) ? body[i].map((field) => String(Number(field) * 255)) : body[i];
    const numbers = scaled.map((field) => String(Number(field)));
    let at = 0;
    for (const value of row.slice(1)) {
      at = numbers.indexOf(value, at) + 1;
      must(at > 0, `image ${i} has ${value}, which its row has not there`);
    }
    must(
      body[i].some((field) => nameOf(field) === row[0]),
      `the label ${row[0]} is not in row ${i}`,
    );
  }
}

function soundPaths(output: Rows, bytes: Uint8Array): void {
  const rows = fieldsOf(bytes);
  must(rows !== undefined, 'a quote is not closed');
  for (const [label, path] of output) {
    must(
      !/^[/\\]|(^|[/\\])\.\.([/\\]|$)|\0/.test(path),
      `the path ${JSON.stringify(path)} leaves its folder`,
    );
    const fits = rows.some((row) => row.some((field) => nameOf(field) === label));
    must(fits, `no row has the label ${JSON.stringify(label)}`);
  }
}

/** A row of a list of paths is read as label and path. */
const labelFirst = ([path, label]: readonly string[]): string[] => [
  nameOf(label),
  path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/'),
];

export const csvPixels = bytesReader<Rows, Rows>({
  name: 'csv pixels',
  weight: 6,
  make: makePixels,
  read,
  exact: (output, truth) => must(isDeepStrictEqual(output, truth), 'other values than were written'),
  sound: soundPixels,
});

export const csvPaths = bytesReader<Rows, Rows>({
  name: 'csv paths',
  weight: 6,
  make: makePaths,
  read,
  exact: (output, truth) =>
    must(isDeepStrictEqual(output, truth.map(labelFirst)), 'other rows than were written'),
  sound: soundPaths,
});
