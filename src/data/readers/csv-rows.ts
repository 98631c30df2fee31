/**
 * CSV, row by row over a stream: quoted fields, a byte order mark, both line ends; a comma, a semicolon or a tab between
 * fields. Fields stay bytes until text is needed, because most of them are numbers.
 */

import { CoutureError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
/** Bytes of a row: 128 x 128 x 3 pixels of up to four characters take 200 KB. */
export const MAX_ROW = 8 << 20;
const separators = [0x2c, 0x3b, 0x09];
const utf8 = new TextDecoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** One row, valid only until the next one is read. */
export class CsvRow {
  /** The line in the file on which it begins, counted from 1. */
  readonly line: number;
  readonly #name: string;
  readonly #bytes: Uint8Array;
  readonly #ends: readonly number[];
  readonly #isQuoted: boolean;

  constructor(name: string, { line, bytes, isQuoted }: Line, ends: readonly number[]) {
    this.#name = name;
    this.line = line;
    this.#bytes = bytes;
    this.#ends = ends;
    this.#isQuoted = isQuoted;
  }

  /** How many fields it has. */
  get length(): number {
    return this.#ends.length;
  }

  /**
   * A field as text, without quotes and without spaces around it.
   * @throws CoutureError of kind `data` naming line and column when it is not UTF-8
   */
  text(column: number): string {
    let text: string;
    try {
      text = strictUtf8.decode(this.#bytes.subarray(this.#start(column), this.#ends[column])).trim();
    } catch (cause) {
      const where = `${this.#name}, line ${this.line}, column ${column + 1}`;
      throw new CoutureError('data', `${where}: the text is not valid UTF-8.`, {
        hint: 'Save the file as "CSV UTF-8".',
        cause,
      });
    }
    return this.#isQuoted && text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
  }

  /**
   * A field as a whole number of at least 0, or -1 for other text. Zeros after a point are allowed: `12.0`.
   */
  whole(column: number): number {
    const end = this.#ends[column];
    let at = this.#start(column);
    let value = 0;
    let digits = 0;
    for (; at < end; at++) {
      const digit = this.#bytes[at] - 48;
      if (digit < 0 || digit > 9 || digits === 15) break;
      value = value * 10 + digit;
      digits += 1;
    }
    if (at === end && digits > 0) return value;
    const text = this.text(column);
    return /^\d{1,15}(\.0*)?$/.test(text) ? Number(text) : -1;
  }

  #start(column: number): number {
    return column === 0 ? 0 : this.#ends[column - 1] + 1;
  }
}

/**
 * The rows of a CSV file. Empty lines are left out.
 * @param blocks its bytes, cut anywhere
 * @param name name of the file in errors
 * @throws CoutureError of kind `data` naming the line, for a quote that is not closed, bytes after a closed one, rows
 *   of different lengths or beyond the limit, and for UTF-16
 */
export async function* csvRows(blocks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<CsvRow> {
  let separator: number | undefined;
  let columns: number | undefined;
  for await (const found of csvLines(blocks, name)) {
    const { line, bytes, isQuoted } = found;
    separator ??= detectSeparator(bytes);
    const ends = fieldEnds(bytes, separator, isQuoted, `${name}, line ${line}`);
    columns ??= ends.length;
    if (ends.length !== columns) {
      throw new CoutureError(
        'data',
        `${name}, line ${line}: this row has ${ends.length} columns, but the first row has ${columns}.`,
        { hint: 'Every row needs the same columns; put text that contains separators in double quotes.' },
      );
    }
    yield new CsvRow(name, found, ends);
  }
}

/** A row's bytes without its line end. */
interface Line {
  readonly line: number;
  readonly bytes: Uint8Array;
  readonly isQuoted: boolean;
}

/** Cuts a stream into rows: at line ends outside of quotes. */
async function* csvLines(blocks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Line> {
  let rest: Uint8Array = new Uint8Array(0);
  let line = 1;
  for await (const block of withoutMark(blocks, name)) {
    const bytes = join(rest, block);
    const scanner = new LineScanner(bytes, line);
    for (let found = scanner.next(); found !== undefined; found = scanner.next())
      if (found.bytes.length > 0) yield found;
    line = scanner.line;
    rest = scanner.rest;
    if (rest.length > MAX_ROW)
      throw new CoutureError('data', `${name}, line ${line}: the row has more than ${MAX_ROW} bytes.`, {
        hint: 'A double quote may be missing its end, or this is not a CSV file.',
      });
  }
  if (rest.length === 0) return;
  const { quotes, bytes } = lastLine(rest);
  if (quotes % 2 === 1)
    throw new CoutureError('data', `${name}, line ${line}: a double quote is never closed.`);
  if (bytes.length > 0) yield { line, bytes, isQuoted: quotes > 0 };
}

/** Finds the rows of a block that end in it. */
class LineScanner {
  /** The line on which what is left begins. */
  line: number;
  readonly #bytes: Uint8Array;
  #start = 0;

  constructor(bytes: Uint8Array, line: number) {
    this.#bytes = bytes;
    this.line = line;
  }

  /** What no line end follows. */
  get rest(): Uint8Array {
    return this.#bytes.subarray(this.#start);
  }

  next(): Line | undefined {
    const bytes = this.#bytes;
    let quotes = 0;
    let lines = 0;
    for (let at = this.#start; at < bytes.length; at++) {
      if (bytes[at] === QUOTE) quotes += 1;
      if (bytes[at] !== LF) continue;
      lines += 1;
      if (quotes % 2 === 1) continue;
      const end = at > this.#start && bytes[at - 1] === CR ? at - 1 : at;
      const found = { line: this.line, bytes: bytes.subarray(this.#start, end), isQuoted: quotes > 0 };
      this.#start = at + 1;
      this.line += lines;
      return found;
    }
    return undefined;
  }
}

function lastLine(rest: Uint8Array): { quotes: number; bytes: Uint8Array } {
  const end = rest.at(-1) === CR ? rest.length - 1 : rest.length;
  let quotes = 0;
  for (const byte of rest) if (byte === QUOTE) quotes += 1;
  return { quotes, bytes: rest.subarray(0, end) };
}

/** The blocks without the byte order mark, which has three bytes and may be cut. */
async function* withoutMark(blocks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  let start: Uint8Array | undefined = new Uint8Array(0);
  for await (const block of blocks) {
    if (start === undefined) {
      yield block;
      continue;
    }
    start = join(start, block);
    if (start.length < 3) continue;
    yield stripMark(start, name);
    start = undefined;
  }
  if (start !== undefined) yield stripMark(start, name);
}

function stripMark(bytes: Uint8Array, name: string): Uint8Array {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new CoutureError('data', `${name}: the file is UTF-16, but UTF-8 was expected.`, {
      hint: 'Save it as "CSV UTF-8".',
    });
  }
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** The separator that occurs most often in the first row, outside of quotes. */
function detectSeparator(bytes: Uint8Array): number {
  const counts = separators.map(() => 0);
  let quotes = 0;
  for (const byte of bytes) {
    if (byte === QUOTE) quotes += 1;
    const which = quotes % 2 === 0 ? separators.indexOf(byte) : -1;
    if (which >= 0) counts[which] += 1;
  }
  return separators[counts.indexOf(Math.max(...counts))];
}

/** Where the fields of a row end. */
function fieldEnds(bytes: Uint8Array, separator: number, isQuoted: boolean, where: string): number[] {
  const ends: number[] = [];
  let start = 0;
  let quotes = 0;
  for (let at = 0; at <= bytes.length; at++) {
    if (isQuoted && bytes[at] === QUOTE) quotes += 1;
    if (at < bytes.length && (bytes[at] !== separator || quotes % 2 === 1)) continue;
    if (quotes > 0) checkQuotes(bytes.subarray(start, at), `${where}, column ${ends.length + 1}`);
    ends.push(at);
    start = at + 1;
    quotes = 0;
  }
  return ends;
}

/** A quoted field begins and ends with its quotes; quotes inside are doubled. Only spaces may stand around it. */
function checkQuotes(field: Uint8Array, where: string): void {
  let at = 0;
  let end = field.length;
  while (field[at] === SPACE) at += 1;
  while (end > at && (field[end - 1] === SPACE || field[end - 1] === CR)) end -= 1;
  let isRight = end - at >= 2 && field[at] === QUOTE && field[end - 1] === QUOTE;
  for (let i = at + 1; isRight && i < end - 1; i++) {
    if (field[i] !== QUOTE) continue;
    isRight = field[i + 1] === QUOTE && i + 1 < end - 1;
    i += 1;
  }
  if (isRight) return;
  const text = printable(utf8.decode(field.subarray(at, at + 40)));
  throw new CoutureError('data', `${where}: ${text} is not quoted correctly.`, {
    hint: 'A quoted field begins and ends with a double quote; write a double quote inside it twice.',
  });
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}
