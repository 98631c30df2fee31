/** Sentences on a terminal: no word is cut at its edge. */

import { stripVTControlCharacters } from 'node:util';
import wrapAnsi from 'wrap-ansi';

/** A command to copy, alone on its line. */
const COMMAND = /^ *npx |^ +couture (?!.*\S {2,}\S)/;
/** The columns of a row before its last one. */
const COLUMNS_BEFORE = /^.*\S {2,}(?=\S)/;
/** Least room for a last column; with less, it gets a line of its own. */
const LEAST_ROOM = 24;
/** Indentation of such a line below that of its row. */
const STEP = 4;

/**
 * Wraps lines of more than `columns` characters between words, with their indentation. A row with columns keeps them: its
 * last column is wrapped, or stands on the next line. A command to copy stays as it is.
 */
export function fold(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => {
      const isShort = stripVTControlCharacters(line).length <= columns;
      return isShort || COMMAND.test(line) ? line : foldLine(line, columns);
    })
    .join('\n');
}

function foldLine(line: string, columns: number): string {
  const indent = /^ */.exec(line)?.[0].length ?? 0;
  const [before] = COLUMNS_BEFORE.exec(line) ?? [''];
  const start = stripVTControlCharacters(before).length;
  if (start === 0) return hanging(line.trimStart(), indent, columns);
  const last = line.slice(before.length);
  // A number or a date at the end of a table is no explanation: broken, it would be worse than a long line.
  if (!/\S \S/.test(last)) return line;
  if (start + LEAST_ROOM <= columns) return before + hanging(last, start, columns).trimStart();
  return `${before.trimEnd()}\n${hanging(last, indent + STEP, columns)}`;
}

/** Lines that all begin at the same column. */
function hanging(text: string, indent: number, columns: number): string {
  return wrapAnsi(text, columns - indent)
    .split('\n')
    .map((part) => ' '.repeat(indent) + part)
    .join('\n');
}
